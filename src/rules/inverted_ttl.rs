//! # What it finds
//! `token_ttl` above `token_max_ttl` of an auth role, `token_default_ttl` above `token_max_ttl` of a role of the
//! Kubernetes secrets engine.
//!
//! # Why it matters
//! The write of the role is refused.
//!
//! # How to fix it
//! Swap the two, or correct the one that is wrong.
//!
//! # Limits
//! A maximum of zero is no maximum.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::field::Fields;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "inverted-ttl",
    summary: "a lifetime above its own maximum, which servers refuse",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("inverted_ttl.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        inverted(&role.fields, "token_ttl", &role.words(), cx);
    }
    for role in &project.secrets_roles {
        inverted(&role.fields, "token_default_ttl", &format!("secrets role `{}`", role.name), cx);
    }
}

fn inverted(fields: &Fields, name: &str, owner: &str, cx: &mut Context<'_>) {
    let (Some(ttl), Some(most)) = (fields.duration(name), fields.duration("token_max_ttl")) else { return };
    if most.value.0 <= 0 || ttl.value <= most.value {
        return;
    }
    let (written, limit) = (key(fields, name), key(fields, "token_max_ttl"));
    cx.report(ttl.span, format!("`{written}` is longer than `{limit}`, so {owner} cannot be written"))
        .label(most.span, "the maximum")
        .help(format!("set it to at most `{}`", most.value));
}

fn key<'f>(fields: &'f Fields, name: &'f str) -> &'f str {
    fields.get(name).map_or(name, |field| field.key.as_str())
}
