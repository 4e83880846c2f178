//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `pods/status`.
//!
//! # Why it matters
//! The status says at which address a pod is found and whether it is ready: its holder takes over the traffic that
//! Services send there.
//!
//! It is a note.
//!
//! # How to fix it
//! Leave it to the kubelets; a readiness gate needs `patch` alone.
//!
//! # Limits
//! `*/status` is reported as `node-write`, in namespaces as `service-status-write`.
//!
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-status-write",
    summary: "an RBAC rule that writes the status of pods",
    category: Category::Security,
    check: Check::Grant(&powers::POD_STATUS_WRITE, check),
    fixable: false,
    source: include_str!("pod_status_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let told = [&powers::NODE_WRITE, &powers::SERVICE_STATUS_WRITE];
    if told.into_iter().any(|power| cx.survey.grants().shares_entry(grant, power)) {
        return;
    }
    cx.report_grant(
        grant,
        grant.power.does,
        "leave it to the kubelets; a readiness gate needs `patch` alone",
    );
}
