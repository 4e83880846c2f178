//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `pods/ephemeralcontainers`.
//!
//! # Why it matters
//! This is what `kubectl debug` uses. The added container shares the service account, the volumes that it asks for and,
//! on request, the processes of the pod.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Keep it in a role that is bound for the time of a debugging session.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ephemeral-containers",
    summary: "an RBAC rule that adds containers to running pods",
    category: Category::Security,
    check: Check::Grant(&powers::EPHEMERAL_CONTAINERS, check),
    fixable: false,
    source: include_str!("ephemeral_containers.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "keep it in a role that is bound for the time of a debugging session",
    );
}
