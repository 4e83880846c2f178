//! # What it finds
//! A workload, or an operator for it, that names a Vault role which no input declares, although others of the same auth
//! method are declared.
//!
//! # Why it matters
//! The login fails with 400 `invalid role name`.
//!
//! # How to fix it
//! Correct the name or the mount, or declare the role.
//!
//! # Limits
//! Where no role of the auth method is among the inputs, nothing is said; roles that are declared elsewhere look missing.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-auth-role",
    summary: "a workload that logs in with a Vault role that is not there",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unknown_auth_role.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (stage, stop) in cx.survey.stops(Fault::UnknownRole) {
        let Some(place) = stage.evidence.first().copied() else { continue };
        let finding = cx.report(place, format!("no input declares the {}", stage.says));
        let remedy = match (&stop.remedy, stop.remedy_at) {
            (Some(remedy), Some(at)) => {
                finding.label(at, "declared here");
                remedy.clone()
            }
            _ => "declare it, or correct the name".to_owned(),
        };
        finding.help(remedy);
    }
}
