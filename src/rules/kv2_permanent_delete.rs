//! # What it finds
//! `update` on `destroy/` or `delete` on `metadata/` of a version 2 key-value mount.
//!
//! # Why it matters
//! Deleting below `data/` can be undone. Destroyed versions, and secrets whose metadata is deleted, are gone.
//!
//! # How to fix it
//! Grant `delete` on `data/`, and `update` on `undelete/` if it is to be undone.
//!
//! # Limits
//! A note, as somebody has to clean up. The mount must be known as version 2, or policies beside it show it.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability::{Delete, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::endpoints::Api;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-permanent-delete",
    summary: "a rule that destroys versions of secrets for good",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("kv2_permanent_delete.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let granted = rule.granted();
        let (destroys, forgets) = (label.contains("/destroy/"), label.contains("/metadata/"));
        if !(destroys && granted.contains(Update) || forgets && granted.contains(Delete)) {
            continue;
        }
        let Some(below) = cx.survey.below(policy, rule) else { continue };
        if below.api != Api::Kv2
            || !(below.rest.starts_with("destroy/") || below.rest.starts_with("metadata/"))
        {
            continue;
        }
        let (word, what) = if destroys && granted.contains(Update) {
            ("update", "destroys versions")
        } else {
            ("delete", "deletes secrets with all versions")
        };
        let span = rule.capability(word).map_or(rule.path.span, |word| word.span);
        cx.report(span, format!("`{word}` on `{label}` {what} for good"))
            .severity(Severity::Note)
            .help("grant `delete` on `data/`, which can be undone");
    }
}
