//! # What it finds
//! A field of an auth role under the spelling that it had before Vault 1.2: `policies`, `ttl`, `max_ttl`, `period`,
//! `num_uses`, `bound_cidrs`.
//!
//! # Why it matters
//! It still works, but every read of the role shows both spellings from then on, and once somebody writes the new one
//! the old one is ignored.
//!
//! # How to fix it
//! Write the spelling with `token_`.
//!
//! # Limits
//! Where both spellings stand, `old-and-new-field` reports it.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "deprecated-role-field",
    summary: "a field of an auth role under its old spelling",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("deprecated_role_field.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for field in &role.fields.known {
        let Some(current) = field.spec.replaced_by else { continue };
        if role.fields.known.iter().any(|other| other.spec.name == current) {
            continue;
        }
        let place = cx.project.sources.verbatim(&field.key);
        let finding = cx
            .report(field.key.span, format!("`{}` is the old spelling of `{current}`", field.key))
            .help(format!("write `{current}`"));
        if let Some(place) = place {
            finding.fix(format!("write `{current}`"), vec![Edit::replace(place, current)]);
        }
    }
}
