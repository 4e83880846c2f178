//! # What it finds
//! An `audience` of an auth role that holds a comma or looks like a list.
//!
//! # Why it matters
//! The field is one text, not a list: Vault wants a JWT that is made for exactly `a,b`. Every login ends in `invalid
//! audience (aud) claim`.
//!
//! # How to fix it
//! Name one audience. For several, write a role for each.
//!
//! # Limits
//! Only commas and brackets are taken for lists.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "audience-list",
    summary: "several audiences in a field that takes one",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("audience_list.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(audience) = role.fields.text("audience") else { return };
    let is_list = audience.value.contains(',') || audience.value.trim_start().starts_with('[');
    if is_list && !audience.value.contains("{{") {
        cx.report(
            audience.span,
            format!(
                "`{}` is taken for one audience, so no login with {} succeeds",
                audience.value,
                role.words()
            ),
        )
        .help("name one audience; for several, write a role for each");
    }
}
