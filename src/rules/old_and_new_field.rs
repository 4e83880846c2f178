//! # What it finds
//! An auth role that sets a field twice, under the old spelling and under the one with `token_`.
//!
//! # Why it matters
//! Vault takes the new one and drops the old one without a word, whatever order they stand in.
//!
//! # How to fix it
//! Keep the one that is meant, under the new spelling.
//!
//! # Limits
//! If both say the same, it is a warning.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity, removal};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::field::FieldValue;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "old-and-new-field",
    summary: "a field of an auth role under both of its spellings",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("old_and_new_field.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for field in &role.fields.known {
        let Some(current) = field.spec.replaced_by else { continue };
        let Some(other) = role.fields.known.iter().find(|other| other.spec.name == current) else { continue };
        let source = cx.project.sources.get(field.span.source);
        let cut = source.and_then(|source| removal::entry(source, field.key.span.to(field.span)));
        let finding = cx
            .report(
                field.key.span,
                format!("`{}` has no effect beside `{current}`: Vault drops it in silence", field.key),
            )
            .label(other.key.span, "this one counts")
            .help("remove it");
        if says_the_same(&field.value, &other.value) {
            finding.severity(Severity::Warning);
        }
        if let Some(cut) = cut {
            let edits = vec![Edit::replace(cut, "")];
            // A value that cannot be read is refused, whatever stands beside it.
            match field.value {
                FieldValue::Invalid(_) => finding.unsafe_fix("remove the old spelling", edits),
                _ => finding.fix("remove the old spelling", edits),
            };
        }
    }
}

fn says_the_same(one: &FieldValue, other: &FieldValue) -> bool {
    match (one, other) {
        (FieldValue::List(one), FieldValue::List(other)) => {
            one.iter().map(|item| &item.value).eq(other.iter().map(|item| &item.value))
        }
        _ => one == other,
    }
}
