//! # What it finds
//! A role of the Kubernetes secrets engine that sets two of `service_account_name`, `kubernetes_role_name` and
//! `generated_role_rules`.
//!
//! # Why it matters
//! The write is refused: exactly one of the three must be set.
//!
//! # How to fix it
//! Keep the one that is meant.
//!
//! # Limits
//! A role without any of them is reported as `malformed-input`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::field::{Field, FieldValue};
use crate::model::vault::secrets_role::SecretsRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "conflicting-role-modes",
    summary: "a secrets role with more than one way to get its tokens",
    category: Category::Correctness,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("conflicting_role_modes.rs"),
};

const MODES: [&str; 3] = ["service_account_name", "kubernetes_role_name", "generated_role_rules"];

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let is_set = |field: &&Field| !matches!(&field.value, FieldValue::Text(text) if text.is_empty());
    let written: Vec<&Field> = MODES.iter().filter_map(|mode| role.fields.get(mode)).filter(is_set).collect();
    let [first, rest @ ..] = written.as_slice() else { return };
    for other in rest {
        cx.report(other.key.span, format!("`{}` and `{}` cannot stand together", first.key, other.key))
            .label(first.key.span, "the other one")
            .help("the server wants exactly one of `service_account_name`, `kubernetes_role_name` and `generated_role_rules`");
    }
}
