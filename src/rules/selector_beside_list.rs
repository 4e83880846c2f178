//! # What it finds
//! A role with both a list of namespaces and a selector of namespaces.
//!
//! # Why it matters
//! They do not narrow each other: a namespace that is listed gets in without the label, and one with the label without
//! being listed. The help text of the secrets engine says otherwise; its code does not.
//!
//! # How to fix it
//! Keep one of them, or leave a comment that either is enough.
//!
//! # Limits
//! A note for auth roles, whose documentation says so.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::field::Fields;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "selector-beside-list",
    summary: "a namespace selector beside a list of namespaces, of which one is enough",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("selector_beside_list.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        let fields = ("bound_service_account_namespaces", "bound_service_account_namespace_selector");
        either(&role.fields, fields, &role.words(), Severity::Note, cx);
    }
    for role in &project.secrets_roles {
        let fields = ("allowed_kubernetes_namespaces", "allowed_kubernetes_namespace_selector");
        either(&role.fields, fields, &format!("secrets role `{}`", role.name), Severity::Warning, cx);
    }
}

fn either(
    fields: &Fields,
    (list, selector): (&str, &str),
    owner: &str,
    severity: Severity,
    cx: &mut Context<'_>,
) {
    let (Some(first), Some(text)) = (fields.list(list).first(), fields.text(selector)) else { return };
    if text.value.is_empty() || fields.list(list).iter().any(|entry| entry.value.bytes().all(|b| b == b'*')) {
        return;
    }
    cx.report(
        text.span,
        format!("a namespace need not fit this selector: {owner} admits those it lists as well"),
    )
    .severity(severity)
    .label(first.span, "listed here")
    .help("keep the list or the selector; they do not narrow each other");
}
