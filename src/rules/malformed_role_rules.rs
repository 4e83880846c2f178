//! # What it finds
//! `generated_role_rules` that are no object with `rules`, that hold no rule, a rule that the API server refuses, or a
//! key that is dropped.
//!
//! # Why it matters
//! A list on its own is refused. `{}`, or `rule` for `rules`, is stored without a word, and every credential is bound
//! to an empty role. A rule without verbs is stored too, and the API server refuses the role when credentials are asked
//! for.
//!
//! # How to fix it
//! Write `rules:` with complete RBAC rules.
//!
//! # Limits
//! What the rules allow is judged by `powerful-role-rules` and `escalation-blocked`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::{generated_rules, validation};
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "malformed-role-rules",
    summary: "rules for generated roles that make no role, or an empty one",
    category: Category::Correctness,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("malformed_role_rules.rs"),
};

const KEYS: [&str; 6] = ["rules", "apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs"];

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(text) = role.fields.text("generated_role_rules").filter(|text| !text.value.trim().is_empty())
    else {
        return;
    };
    // Rules that are part of the spec have been checked key by key.
    if cx.project.malformed.iter().any(|fault| text.span.contains(fault.span)) {
        return;
    }
    let Some(read) = generated_rules::read(text.value, text.span) else {
        cx.report(text.span, "Vault cannot read `generated_role_rules`: it wants an object with `rules`")
            .help("put the list under `rules:`, and each of its entries in lists");
        return;
    };
    for key in &read.dropped {
        let finding = cx.report(text.span, format!("Vault drops `{key}` in silence"));
        match nearest(key, KEYS) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding
                .help("a rule has `apiGroups`, `resources`, `resourceNames`, `nonResourceURLs` and `verbs`"),
        };
    }
    if !read.dropped.is_empty() {
        return;
    }
    if read.rules.is_empty() {
        cx.report(text.span, format!("secrets role `{}` makes an empty role: it holds no rules", role.name))
            .help("put the rules under `rules:`");
        return;
    }
    let kind = generated_rules::role_kind(role);
    let made = generated_rules::as_role(read.rules, kind, "generated", "default", text.span);
    if let Some(error) = validation::role(&made).first() {
        let message =
            format!("the API server will refuse the role that is made: `{}`, {}", error.field, error.detail);
        cx.report(text.span, message).help("complete the rule");
    }
}
