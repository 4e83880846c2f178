//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `leases` without naming them, in the whole cluster or in `kube-
//! system`.
//!
//! # Why it matters
//! The lease says which instance of a controller acts. Who writes it stops the controllers of others, those of the
//! control plane among them.
//!
//! It is a note, and silent in other single namespaces, where leader election belongs.
//!
//! # How to fix it
//! Bind it in the namespace of the controller, and name the lease in `resourceNames`.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "lease-takeover",
    summary: "an RBAC rule that takes over leader election",
    category: Category::Security,
    check: Check::Grant(&powers::LEASE_WRITE, check),
    fixable: false,
    source: include_str!("lease_takeover.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "bind it in the namespace of the controller, and name the lease in `resourceNames`",
    );
}
