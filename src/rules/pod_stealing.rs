//! # What it finds
//! The right to delete or evict pods beside the right to change or delete nodes, in one role or in several of the same
//! subject.
//!
//! # Why it matters
//! Who marks all nodes but one as full and ends the pods elsewhere has them start again on the node that is left. From
//! a node that is taken over already, every powerful service account of the cluster can be collected that way.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Give the two rights to different service accounts.
//!
//! # Limits
//! Autoscalers and tools that drain nodes need both; allow it there with a reason. Rules with `*` as verb or resource
//! are reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-stealing",
    summary: "the rights to move the pods of others to a node of choice",
    category: Category::Security,
    check: Check::Grant(&powers::EVICTION, check),
    fixable: false,
    source: include_str!("pod_stealing.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let Some(nodes) = cx.survey.joined_by(grant, &powers::NODE_WRITE) else { return };
    let does = "end pods and have them start again on a node of its choice";
    let help = "give the rights on pods and on nodes to different service accounts";
    if let Some(finding) = cx.report_weighed(grant, Weight::High, does, help) {
        finding.label(nodes.resource.span, nodes.words(&powers::NODE_WRITE));
    }
}
