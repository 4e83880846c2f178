//! # What it finds
//! A projected service account token, or one that the Vault Secrets Operator asks for, that is to live less than ten minutes.
//!
//! # Why it matters
//! The API server refuses: `may not specify a duration less than 10 minutes`. The pod, or the VaultAuth, is not taken.
//!
//! # How to fix it
//! Write 600 or more.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::workload::VolumeContent;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "short-projected-token",
    summary: "a service account token of less than ten minutes",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("short_projected_token.rs"),
};

const LEAST: i64 = 600;

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let volumes = project.workloads.iter().flat_map(|workload| &workload.volumes);
    let projected = volumes.filter_map(|volume| match &volume.content {
        VolumeContent::Projected(projection) => Some(&projection.tokens),
        _ => None,
    });
    let projected = projected.flatten().filter_map(|token| token.expiration);
    let consumers = &project.consumers;
    let auths = consumers.vault_auths.iter().filter_map(|auth| auth.kubernetes.as_ref());
    let globals = consumers.vault_auth_globals.iter().filter_map(|auth| auth.kubernetes.as_ref());
    let asked = auths.chain(globals).filter_map(|login| login.expiration);
    for seconds in projected.chain(asked).filter(|seconds| seconds.value < LEAST) {
        cx.report(seconds.span, format!("a token lives at least {LEAST} seconds, not {}", seconds.value))
            .help("write 600 or more")
            .unsafe_fix("write 600", vec![Edit::replace(seconds.span, LEAST.to_string())]);
    }
}
