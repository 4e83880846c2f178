//! # What it finds
//! A workload, or an operator for it, whose JWT is made for another audience than the Vault role that it logs in with wants.
//!
//! # Why it matters
//! Every login fails with 403 `invalid audience (aud) claim`.
//!
//! # How to fix it
//! Ask for a JWT of that audience. The injector takes it from a projected volume that
//! `vault.hashicorp.com/agent-service-account-token-volume-name` names, the operators and the CSI driver have a field of their own.
//!
//! # Limits
//! What the API server calls itself is not known: a role that wants a URL is passed over where the JWT is for the API server.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "audience-mismatch",
    summary: "a JWT for another audience than its Vault role wants",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("audience_mismatch.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (stage, stop) in cx.survey.stops(Fault::Audience) {
        let Some(place) = stage.evidence.first().copied() else { continue };
        let finding = cx.report(place, stop.why.clone());
        if let Some(at) = stop.at.filter(|at| *at != place) {
            finding.label(at, "wanted here");
        }
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
