//! # What it finds
//! An RBAC rule that allows `update`, `patch` or `delete` on `nodes`, or `update` or `patch` on `nodes/status`.
//!
//! # Why it matters
//! Labels, taints and the reported capacity decide which pods run where: its holder draws them to a node of its choice,
//! or leaves none to run on.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Leave it to the controllers of nodes; name the nodes in `resourceNames` where they are known.
//!
//! # Limits
//! With the right to end pods beside it, `pod-stealing` reports it alone. Rules with `*` as verb or resource are
//! reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "node-write",
    summary: "an RBAC rule that changes or deletes nodes",
    category: Category::Security,
    check: Check::Grant(&powers::NODE_WRITE, check),
    fixable: false,
    source: include_str!("node_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if cx.survey.joined_by(grant, &powers::EVICTION).is_none() {
        cx.report_grant(grant, grant.power.does, "leave it to the controllers of nodes");
    }
}
