//! # What it finds
//! A workload, or an operator for it, that asks Vault for a secret which the policies of its role do not permit.
//!
//! # Why it matters
//! The login succeeds and the secret stays shut: 403 `permission denied`. An injected pod hangs in `Init`.
//!
//! # How to fix it
//! Add the path rule that the finding names to a policy of the role, or ask for the path that is granted.
//!
//! # Limits
//! Role and policies must be among the inputs, and so must the namespace of the workload; templated rules and policies that
//! are not known leave the answer open.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secret-not-permitted",
    summary: "a workload that asks for a secret its policies do not open",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("secret_not_permitted.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (stage, stop) in cx.survey.stops(Fault::NotPermitted) {
        let Some(place) = stage.evidence.first().copied() else { continue };
        let finding = cx.report(place, format!("its Vault role may not {}: {}", stage.says, stop.why));
        if let Some(at) = stop.at.filter(|at| *at != place) {
            finding.label(at, "decided here");
        }
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
