//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `namespaces`; in a Role, for the namespace that it is in.
//!
//! # Why it matters
//! The labels of a Namespace say which level of Pod Security holds there, which NetworkPolicies let its pods in, which
//! admission webhooks look at it. Its holder lifts them.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Leave it out; to keep certain labels in place, use an admission policy.
//!
//! # Limits
//! With `resourceNames` it is silent. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-
//! resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "namespace-label-write",
    summary: "an RBAC rule that changes the labels of namespaces",
    category: Category::Security,
    check: Check::Grant(&powers::NAMESPACE_WRITE, check),
    fixable: false,
    source: include_str!("namespace_label_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "leave `update` and `patch` out, or name the namespaces in `resourceNames`",
    );
}
