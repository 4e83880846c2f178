//! # What it finds
//! An `expiration` whose day is over.
//!
//! # Why it matters
//! OpenBao drops a rule when its time has come, a deny included. Where the time is in the seventies, it mostly is a
//! number of seconds that was meant as a lifetime.
//!
//! # How to fix it
//! Write the point in time: `2030-01-31T12:00:00Z`.
//!
//! # Limits
//! The day is that of the run, or what `--now` says. On its last day a rule is left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::syntax::date::Date;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "expired-rule",
    summary: "a rule that has expired",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("expired_rule.rs"),
};

/// Seconds that nobody means as a point in time: those of the first three years after 1970.
const LIFETIME: i64 = 100_000_000;

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let Some(at) = rule.extras.expiration.filter(|at| is_over(at.value.seconds, cx.options.today)) else {
            continue;
        };
        let what = if rule.granted().denies() { "this deny" } else { "this rule" };
        let finding = cx.report(at.span, format!("{what} has expired, so it is not there"));
        finding.label(rule.path.span, "its path");
        if at.value.seconds < LIFETIME {
            finding.help("a number is counted from 1970: write the point in time, `2030-01-31T12:00:00Z`");
        } else {
            finding.help("remove the rule, or set a later time");
        }
    }
}

fn is_over(seconds: i64, today: Option<Date>) -> bool {
    let day = u64::try_from(seconds).map(Date::at);
    seconds < LIFETIME || today.is_some_and(|today| day.is_ok_and(|day| day < today))
}
