//! # What it finds
//! Annotations for which the Agent Injector refuses the pod: a truth value that is none, no role, an unknown default
//! template, a pod in `kube-system`, a projected volume that is not there.
//!
//! # Why it matters
//! The pod is not admitted, whatever the failure policy of the webhook says.
//!
//! # How to fix it
//! The finding says what the injector wants.
//!
//! # Limits
//! Annotations that the finding does not name are not validated.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "refused-annotation",
    summary: "an Agent Injector annotation for which the pod is refused",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("refused_annotation.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (_, stop) in cx.survey.stops(Fault::Annotation) {
        let Some(place) = stop.at else { continue };
        let finding = cx.report(place, format!("the Agent Injector refuses the pod: {}", stop.why));
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
