//! # What it finds
//! `token_bound_cidrs` of an auth role that hold all addresses: `0.0.0.0/0`, `::/0`, or both halves of them.
//!
//! # Why it matters
//! The field looks like a restriction, and restricts nothing.
//!
//! # How to fix it
//! Name the networks that logins come from, or leave the field out.
//!
//! # Limits
//! Ranges that are merely wide are not looked at; nor is whether Vault sees the address of the pod or that of a load
//! balancer.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "open-token-cidr",
    summary: "an address range that lets everybody in",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("open_token_cidr.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let ranges = role.fields.list("token_bound_cidrs");
    let halves = |one: &str, other: &str| {
        let first = ranges.iter().find(|range| range.value == one)?;
        let second = ranges.iter().find(|range| range.value == other)?;
        Some((first, format!("`{first}` and `{second}` let")))
    };
    let all = ranges
        .iter()
        .find(|range| range.value.ends_with("/0"))
        .map(|range| (range, format!("`{range}` lets")));
    let all = all.or_else(|| halves("0.0.0.0/1", "128.0.0.0/1")).or_else(|| halves("::/1", "8000::/1"));
    if let Some((range, let_in)) = all {
        cx.report(range.span, format!("{let_in} every address use the tokens of {}", role.words()))
            .help("name the networks that logins come from, or leave `token_bound_cidrs` out");
    }
}
