//! # What it finds
//! An RBAC rule that allows creating pods, or creating and changing what makes pods: Deployments, DaemonSets,
//! StatefulSets, ReplicaSets, ReplicationControllers, Jobs, CronJobs.
//!
//! # Why it matters
//! A pod runs as any service account of its namespace, and mounts any Secret of it. Where Pod Security does not forbid
//! it, it takes over the node, too. In the whole cluster that includes the service accounts of `kube-system`.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Bind it in the namespaces where workloads are deployed, with a RoleBinding.
//!
//! # Limits
//! In one namespace it is what a deployment needs, and a note for that reason. A namespace whose manifest holds no Pod
//! Security in place is `unguarded-pod-creation`. Rules with `*` as verb or resource are
//! reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use super::unguarded_pod_creation;
use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-creation",
    summary: "an RBAC rule that runs pods as any service account",
    category: Category::Security,
    check: Check::Grant(&powers::POD_CREATION, check),
    fixable: false,
    source: include_str!("pod_creation.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if unguarded_pod_creation::namespace(grant, cx.project).is_some() {
        return;
    }
    let help = match grant.is_in_namespaces() {
        true => {
            "its holder has the rights of every service account there: give those no more than all deployers may have"
        }
        false => "bind it with RoleBindings in the namespaces where workloads are deployed",
    };
    cx.report_grant(grant, grant.power.does, help);
}
