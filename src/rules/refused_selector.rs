//! # What it finds
//! A namespace selector that is no JSON or YAML object; and one with `matchExpressions` on an auth role.
//!
//! # Why it matters
//! The write of the role is refused. The auth method takes `matchLabels` only, other than the secrets engine.
//!
//! # How to fix it
//! Write an object with `matchLabels`.
//!
//! # Limits
//! Whether labels are well-formed is not looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::field::Fields;
use crate::semantics::namespace_selector;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "refused-selector",
    summary: "a namespace selector that servers cannot read",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("refused_selector.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        selector(&role.fields, "bound_service_account_namespace_selector", true, cx);
    }
    for role in &project.secrets_roles {
        selector(&role.fields, "allowed_kubernetes_namespace_selector", false, cx);
    }
}

fn selector(fields: &Fields, name: &str, labels_only: bool, cx: &mut Context<'_>) {
    let Some(text) = fields.text(name).filter(|text| !text.value.is_empty()) else { return };
    match namespace_selector::read(text.value) {
        None => {
            cx.report(text.span, format!("`{name}` is no label selector: the role cannot be written"))
                .help("write an object such as `{matchLabels: {team: a}}`");
        }
        Some(conditions) if labels_only && conditions.has_expressions => {
            cx.report(
                text.span,
                "the auth method takes `matchLabels` only, a selector with `matchExpressions` is refused",
            )
            .help("write the condition as `matchLabels`, or list the namespaces");
        }
        Some(_) => {}
    }
}
