//! # What it finds
//! An RBAC rule that allows `list` or `watch` on Secrets with `resourceNames`.
//!
//! # Why it matters
//! The rule fits only requests that select the one name with `fieldSelector=metadata.name=NAME`. A plain `kubectl get
//! secrets`, and most clients that watch, are refused; where they work after all, somebody has widened the rule.
//!
//! # How to fix it
//! Allow `get` alone; keep `list` and `watch` for clients that are known to select the name.
//!
//! # Limits
//! Whether a client selects the name is not seen here, so it is a note.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "named-secret-list",
    summary: "`list` or `watch` on Secrets that are named",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("named_secret_list.rs"),
};

fn check(cx: &mut Context<'_>) {
    for grant in cx.survey.grants().named(&powers::SECRETS_READ) {
        for part in &grant.parts {
            let listed = part.verbs.iter().find(|verb| matches!(verb.as_str(), "list" | "watch"));
            let Some(verb) = listed else { continue };
            let names: Vec<String> =
                part.rule.resource_names.iter().map(|name| format!("`{name}`")).collect();
            let Some(first) = names.first() else { continue };
            cx.report(
                verb.span,
                format!("`{verb}` works on {first} only for requests that select this name"),
            )
            .severity(Severity::Note)
            .help("allow `get` alone, unless the client sets `fieldSelector=metadata.name=…`");
        }
    }
}
