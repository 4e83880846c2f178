//! # What it finds
//! An RBAC rule that allows writing ValidatingAdmissionPolicies and MutatingAdmissionPolicies, their bindings, or the
//! policies of Gatekeeper and Kyverno.
//!
//! # Why it matters
//! These objects are the guard rails of the cluster. Who writes them switches them off, or changes what others create.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Leave it to the pipeline that owns the policies, or name them in `resourceNames`.
//!
//! # Limits
//! Constraints of Gatekeeper, whose kinds are the user's own, are not known. Rules with `*` as verb or resource are
//! reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "admission-policy-write",
    summary: "an RBAC rule that writes admission policies",
    category: Category::Security,
    check: Check::Grant(&powers::ADMISSION_POLICY_WRITE, check),
    fixable: false,
    source: include_str!("admission_policy_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "leave it to the pipeline that owns the policies, or name them in `resourceNames`",
    );
}
