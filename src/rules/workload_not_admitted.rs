//! # What it finds
//! A workload, or an operator for it, that logs in to Vault with a role whose bound service accounts or namespaces leave it
//! out.
//!
//! # Why it matters
//! Every login fails with 403, and the server does not say which of the two it was. An injected pod stays in `Init`.
//!
//! # How to fix it
//! Run the workload as a service account that the role admits, or add its name or namespace to the role.
//!
//! # Limits
//! Role and namespace of the workload must be among the inputs; `rolewright trace` shows the whole way.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "workload-not-admitted",
    summary: "a workload that its Vault role does not admit",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("workload_not_admitted.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (stage, stop) in cx.survey.stops(Fault::NotAdmitted) {
        let Some(place) = stage.evidence.first().copied() else { continue };
        let finding = cx.report(place, stage.says.clone());
        if let Some(at) = stop.at.filter(|at| *at != place) {
            finding.label(at, stop.why.clone());
        }
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
