//! # What it finds
//! A role of the Kubernetes secrets engine with `service_account_name` that also sets `extra_labels`,
//! `extra_annotations`, `name_template` or `kubernetes_role_type`.
//!
//! # Why it matters
//! They speak of objects that Vault makes. For an existing service account it makes none, and the fields count for
//! nothing.
//!
//! # How to fix it
//! Remove them.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Edit, Rule, removal};
use crate::model::vault::field::FieldValue;
use crate::model::vault::secrets_role::SecretsRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "idle-role-field",
    summary: "a field of a secrets role that its mode does not use",
    category: Category::Suspicious,
    check: Check::SecretsRole(check),
    fixable: true,
    source: include_str!("idle_role_field.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(account) = role.fields.text("service_account_name").filter(|name| !name.value.is_empty()) else {
        return;
    };
    for name in ["kubernetes_role_type", "name_template", "extra_labels", "extra_annotations"] {
        let Some(field) = role.fields.get(name) else { continue };
        if matches!(&field.value, FieldValue::Text(text) if text.is_empty()) {
            continue;
        }
        let source = cx.project.sources.get(field.span.source);
        let cut = source.and_then(|source| removal::entry(source, field.key.span.to(field.span)));
        let finding = cx
            .report(
                field.key.span,
                format!("`{name}` has no effect: no object is made for an existing service account"),
            )
            .label(account.span, "tokens are for this one")
            .help("remove it");
        if let Some(cut) = cut {
            let edits = vec![Edit::replace(cut, "")];
            // A value that Vault refuses is refused here, too.
            let is_taken = match (name, &field.value) {
                ("name_template", _) | (_, FieldValue::Invalid(_)) => false,
                ("kubernetes_role_type", FieldValue::Text(kind)) => {
                    ["role", "clusterrole"].contains(&kind.to_ascii_lowercase().as_str())
                }
                _ => true,
            };
            match is_taken {
                true => finding.fix("remove it", edits),
                false => finding.unsafe_fix("remove it", edits),
            };
        }
    }
}
