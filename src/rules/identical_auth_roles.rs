//! # What it finds
//! Two auth roles of one mount with the same bound service accounts, namespaces, audience and policies.
//!
//! # Why it matters
//! Somebody who changes one of them will not think of the other.
//!
//! # How to fix it
//! Keep one.
//!
//! # Limits
//! Lifetimes and types of tokens count, so roles that differ there are two.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::field::FieldValue;
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "identical-auth-roles",
    summary: "two auth roles that differ in nothing but their name",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("identical_auth_roles.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.len() < 2 {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        let mut seen: HashMap<Vec<(&str, String)>, &AuthRole> = HashMap::new();
        for role in
            method.roles().iter().copied().filter(|role| !role.from_grant && !role.policies().is_empty())
        {
            let Some(first) = seen.get(&content(role)).copied() else {
                seen.insert(content(role), role);
                continue;
            };
            if first.name.value.eq_ignore_ascii_case(&role.name.value) {
                continue;
            }
            cx.report(role.name.span, format!("{} is the same as {}", role.words(), first.words()))
                .label(first.name.span, "the other one")
                .help("keep one of them");
        }
    }
}

/// The fields under their present spelling, lists sorted.
fn content(role: &AuthRole) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = role
        .fields
        .known
        .iter()
        .map(|field| {
            let value = match &field.value {
                FieldValue::List(items) => {
                    let mut items: Vec<&str> = items.iter().map(|item| item.as_str()).collect();
                    items.sort_unstable();
                    items.join("\n")
                }
                FieldValue::Text(text) => text.clone(),
                FieldValue::Duration(seconds) => seconds.to_string(),
                other => format!("{other:?}"),
            };
            (field.spec.replaced_by.unwrap_or(field.spec.name), value)
        })
        .collect();
    fields.sort();
    fields
}
