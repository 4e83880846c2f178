//! # What it finds
//! An auth role without an `audience`.
//!
//! # Why it matters
//! Any token of the service account logs in then, also one that was issued for another service and handed to it. With an
//! audience, only tokens made for Vault do. Vault warns of it too, when the role is written.
//!
//! # How to fix it
//! Set `audience`, and ask for tokens of that audience: a projected volume, or `audiences` of the operator's auth object.
//!
//! # Limits
//! A role whose audience is written under a field that does not exist is reported as `unknown-role-field`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "missing-audience",
    summary: "an auth role that takes tokens made for anybody",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("missing_audience.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let written = match role.fields.get("audience") {
        Some(_) => role.fields.text("audience").is_none_or(|text| !text.value.trim().is_empty()),
        None => false,
    };
    let misspelt = role.fields.unknown.iter().any(|field| field.key.value.contains("audience"));
    if !written && !misspelt {
        cx.report(role.name.span, format!("auth role `{}` checks no audience", role.name))
            .help("set `audience` to a name that only tokens for Vault carry, such as `vault`");
    }
}
