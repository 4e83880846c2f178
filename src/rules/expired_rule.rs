//! # What it finds
//! An `expiration` that lies before 2025.
//!
//! # Why it matters
//! OpenBao drops a rule when its time has come, a deny included. Such a time had passed before any server knew the key:
//! mostly it is a number of seconds that was meant as a lifetime.
//!
//! # How to fix it
//! Write the point in time: `2030-01-31T12:00:00Z`.
//!
//! # Limits
//! Whether a later time has passed is not looked at: reports do not depend on the day.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "expired-rule",
    summary: "a rule that has expired long ago",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("expired_rule.rs"),
};

/// 2025-01-01T00:00:00Z.
const FIRST: i64 = 1_735_689_600;

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let Some(at) = rule.extras.expiration.filter(|at| at.value.seconds < FIRST) else { continue };
        let what = if rule.granted().denies() { "this deny" } else { "this rule" };
        let finding = cx.report(at.span, format!("{what} has expired, so it is not there"));
        finding.label(rule.path.span, "its path");
        if at.value.seconds < 100_000_000 {
            finding.help("a number is counted from 1970: write the point in time, `2030-01-31T12:00:00Z`");
        } else {
            finding.help("remove the rule, or set a later time");
        }
    }
}
