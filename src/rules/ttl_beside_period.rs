//! # What it finds
//! An auth role with a period and `token_ttl`.
//!
//! # Why it matters
//! A token with a period lives for the period, and anew after each renewal. `token_ttl` counts for nothing then.
//!
//! # How to fix it
//! Remove `token_ttl`, or the period if tokens are to end.
//!
//! # Limits
//! `token_max_ttl` beside a period caps the single step, not the life: without `token_explicit_max_ttl` that is
//! reported as `unbounded-ttl`.

use crate::lint::{Category, Check, Context, Edit, Rule, removal};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ttl-beside-period",
    summary: "a lifetime that a period makes pointless",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("ttl_beside_period.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let set = |name: &str| role.fields.duration(name).filter(|ttl| ttl.value > Seconds(0));
    let (Some(period), Some(ttl)) = (set("token_period"), set("token_ttl")) else { return };
    let Some(field) = role.fields.get("token_ttl") else { return };
    let source = cx.project.sources.get(ttl.span.source);
    let cut = source.and_then(|source| removal::entry(source, field.key.span.to(field.span)));
    let finding = cx
        .report(
            ttl.span,
            format!("`{}` has no effect: tokens live for the period of {}", field.key, period.value),
        )
        .label(period.span, "the period")
        .help("remove it, or the period if tokens are to end");
    if let Some(cut) = cut {
        finding.unsafe_fix("remove it", vec![Edit::replace(cut, "")]);
    }
}
