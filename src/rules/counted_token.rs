//! # What it finds
//! An auth role whose tokens can be used a limited number of times.
//!
//! # Why it matters
//! Each request counts: each renewal and each look at itself, too. Vault Agent and the operators do both, so their
//! token dies in the middle of its life.
//!
//! # How to fix it
//! Limit the life by `token_ttl` instead. For a token that is used once and thrown away, the number is fine.
//!
//! # Limits
//! A note; a warning beside a period, since a token that renews itself for ever cannot last for a number of uses.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::FieldValue;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "counted-token",
    summary: "a number of uses on tokens that are meant to be kept",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("counted_token.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(field) = role.fields.get("token_num_uses") else { return };
    let FieldValue::Integer(uses @ 1..) = field.value else { return };
    if role.fields.text("token_type").is_some_and(|kind| kind.value == "batch") {
        return;
    }
    let period = role.fields.duration("token_period").filter(|period| period.value > Seconds(0));
    let times = if uses == 1 { "one use".to_owned() } else { format!("{uses} uses") };
    let finding = cx
        .report(field.span, format!("tokens of {} are gone after {times}, renewals included", role.words()))
        .help("limit the life by `token_ttl`: Vault Agent and the operators renew and look up their token");
    match period {
        Some(period) => finding.label(period.span, "each renewal of this period spends a use"),
        None => finding.severity(Severity::Note),
    };
}
