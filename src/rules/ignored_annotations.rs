//! # What it finds
//! Annotations of the Agent Injector that it passes over: on the Deployment instead of its pod template, without
//! `vault.hashicorp.com/agent-inject`, or beside `agent-inject-status: injected`.
//!
//! # Why it matters
//! The pod starts without agent and without secrets, and nobody says why. The webhook sees pods only, and only when they are
//! made: annotations that are put on a running pod do nothing.
//!
//! # How to fix it
//! Put them on the pod template, with `vault.hashicorp.com/agent-inject: "true"`, and let the rollout make new pods.
//!
//! # Limits
//! `agent-inject: "false"` is taken as meant.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ignored-annotations",
    summary: "annotations of the Agent Injector that nobody reads",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("ignored_annotations.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (_, stop) in cx.survey.stops(Fault::Ignored) {
        let Some(place) = stop.at else { continue };
        let finding = cx.report(place, format!("no agent is injected: {}", stop.why));
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
