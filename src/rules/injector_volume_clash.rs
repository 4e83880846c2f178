//! # What it finds
//! A volume of a pod with the name of one that the Agent Injector adds: `vault-secrets`, `home-init`, `home-sidecar`.
//!
//! # Why it matters
//! The webhook adds its own beside it, and the API server refuses the pod: `Duplicate value`.
//!
//! # How to fix it
//! Take the volume and its mounts out: the injector mounts the secrets by itself, at `/vault/secrets`.
//!
//! # Limits
//! Volumes that the injector adds for single annotations, such as `vault-tls-secrets`, are not looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "injector-volume-clash",
    summary: "a volume with the name of one that the Agent Injector adds",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("injector_volume_clash.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (_, stop) in cx.survey.stops(Fault::VolumeClash) {
        let Some(place) = stop.at else { continue };
        let finding = cx.report(place, format!("the Agent Injector refuses the pod: {}", stop.why));
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
