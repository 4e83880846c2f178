//! # What it finds
//! `token_explicit_max_ttl` of an auth role below its `token_ttl`, `token_max_ttl` or period.
//!
//! # Why it matters
//! Vault takes it and cuts every token to the hard limit, so that the longer value never comes true.
//!
//! # How to fix it
//! Lower the other value, or raise the limit.
//!
//! # Limits
//! The longest of the other values is named.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "explicit-max-below-ttl",
    summary: "a hard limit below the lifetime that it limits",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("explicit_max_below_ttl.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(hard) = role.fields.duration("token_explicit_max_ttl").filter(|hard| hard.value.0 > 0) else {
        return;
    };
    let others = ["token_period", "token_max_ttl", "token_ttl"];
    let longer = others.iter().filter_map(|name| Some((role.fields.get(name)?, role.fields.duration(name)?)));
    let Some((field, ttl)) =
        longer.max_by_key(|(_, ttl)| ttl.value).filter(|(_, ttl)| ttl.value > hard.value)
    else {
        return;
    };
    cx.report(hard.span, format!("tokens end after {}, before `{}` comes true", hard.value, field.key))
        .label(ttl.span, format!("{} here", ttl.value))
        .help("lower the other value, or raise the limit");
}
