//! # What it finds
//! A namespace selector, written as text, with a key that is neither `matchLabels` nor `matchExpressions`.
//!
//! # Why it matters
//! The decoder drops it without a word, so the selector asks for less than it says and admits more namespaces.
//!
//! # How to fix it
//! Correct the spelling.
//!
//! # Limits
//! A selector that is left without any condition is reported as `wildcard-namespace`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::field::Fields;
use crate::semantics::namespace_selector;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dropped-selector-key",
    summary: "a key of a namespace selector that servers drop",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("dropped_selector_key.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        selector(&role.fields, "bound_service_account_namespace_selector", cx);
    }
    for role in &project.secrets_roles {
        selector(&role.fields, "allowed_kubernetes_namespace_selector", cx);
    }
}

fn selector(fields: &Fields, name: &str, cx: &mut Context<'_>) {
    let Some(text) = fields.text(name).filter(|text| !text.value.is_empty()) else { return };
    let Some(conditions) = namespace_selector::read(text.value).filter(|it| !it.are_none()) else { return };
    // A selector that is part of the spec has been checked key by key.
    if cx.project.malformed.iter().any(|fault| text.span.contains(fault.span)) {
        return;
    }
    for key in conditions.dropped {
        let meant = nearest(&key, ["matchLabels", "matchExpressions"]);
        let finding = cx.report(
            text.span,
            format!("servers drop `{key}` from the selector, so it admits more namespaces"),
        );
        match meant {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("a selector has `matchLabels` and `matchExpressions`"),
        };
    }
}
