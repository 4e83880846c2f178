//! # What it finds
//! A pod for the Agent Injector that mounts no service account token: `automountServiceAccountToken: false` on the pod or its
//! service account, or a token volume that holds no token.
//!
//! # Why it matters
//! The webhook refuses the pod: `failed to find service account volume mount`.
//!
//! # How to fix it
//! Add a projected volume with a `serviceAccountToken` source and name it in
//! `vault.hashicorp.com/agent-service-account-token-volume-name`.
//!
//! # Limits
//! Tokens that other webhooks add are not known.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "agent-without-token",
    summary: "an injected agent without a token to log in with",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("agent_without_token.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (_, stop) in cx.survey.stops(Fault::NoToken) {
        let Some(place) = stop.at else { continue };
        let finding = cx.report(place, format!("the agent has no token to log in with: {}", stop.why));
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
