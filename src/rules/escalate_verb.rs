//! # What it finds
//! An RBAC rule that allows `escalate` on `roles` or `clusterroles`.
//!
//! # Why it matters
//! Kubernetes lets nobody write a role with more rights than they hold. `escalate` lifts that: with `create`, `update`
//! or `patch` on the same resource its holder writes itself any right.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note. Without a right
//! to write roles, in this role or another one of the same subject, nothing comes of it yet: a warning in the whole
//! cluster, else a note.
//!
//! # How to fix it
//! Leave `escalate` out, and let the role hold what it hands on. To maintain certain roles, allow `escalate` and
//! `update` with `resourceNames`; a `create` carries no name.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply. With `resourceNames` it is silent.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "escalate-verb",
    summary: "an RBAC rule that lets its holder write roles beyond its own rights",
    category: Category::Security,
    check: Check::Grant(&powers::ESCALATE, check),
    fixable: false,
    source: include_str!("escalate_verb.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    match cx.survey.joined_by(grant, &powers::ROLE_WRITE) {
        Some(writes) => {
            let help = "leave `escalate` out, and let the role hold the rights that it hands on";
            if let Some(finding) = cx.report_grant(grant, grant.power.does, help) {
                finding.label(writes.resource.span, writes.words(&powers::ROLE_WRITE));
            }
        }
        None => {
            let does = "put any right into roles, given a right to write them,";
            let help = "leave `escalate` out: it has no effect yet";
            cx.report_weighed(grant, Weight::High, does, help);
        }
    }
}
