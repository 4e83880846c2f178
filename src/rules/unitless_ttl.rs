//! # What it finds
//! A lifetime of an auth role that is a bare number below 600.
//!
//! # Why it matters
//! A number is taken for seconds: `30` is half a minute, not half an hour, and `24` is less than it takes to fetch a
//! secret.
//!
//! # How to fix it
//! Write the unit: `30m`, `24h`, or `30s` if seconds are meant.
//!
//! # Limits
//! Numbers from 600 on are taken for seconds without a word. Silent for zero, which stands for the default.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unitless-ttl",
    summary: "a short lifetime without a unit",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("unitless_ttl.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for name in ["token_ttl", "token_max_ttl", "token_explicit_max_ttl", "token_period"] {
        let Some(ttl) = role.fields.duration(name).filter(|ttl| (1..600).contains(&ttl.value.0)) else {
            continue;
        };
        let written = cx.project.sources.slice(ttl.span).trim_matches(['"', '\'']);
        if written.bytes().all(|byte| byte.is_ascii_digit()) {
            let key = role.fields.get(name).map_or(name, |field| field.key.as_str());
            let message = format!("`{key}` of `{written}` is {written} seconds");
            cx.report(ttl.span, message)
                .help(format!("write the unit: `{written}m`, `{written}h`, or `{written}s`"));
        }
    }
}
