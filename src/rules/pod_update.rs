//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `pods`.
//!
//! # Why it matters
//! The image of a running pod can be changed: the new one runs with the service account and the volumes of the old.
//! Labels can be changed as well, which puts the pod behind other Services and other NetworkPolicies.
//!
//! In `kube-system` it is a warning, elsewhere a note.
//!
//! # How to fix it
//! Leave it out; controllers that only annotate pods can often do so through the pod template.
//!
//! # Limits
//! A role that may create pods is reported as `pod-creation` alone. Rules with `*` as verb or resource are reported as
//! `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-update",
    summary: "an RBAC rule that changes running pods",
    category: Category::Security,
    check: Check::Grant(&powers::POD_UPDATE, check),
    fixable: false,
    source: include_str!("pod_update.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if cx.survey.joined_by(grant, &powers::POD_CREATION).is_some() {
        return;
    }
    let in_system = grant.is_in_namespaces() && grant.reaches("kube-system");
    let weight = if in_system { Weight::High } else { grant.power.weight };
    cx.report_weighed(grant, weight, grant.power.does, "leave it out, or name the pods in `resourceNames`");
}
