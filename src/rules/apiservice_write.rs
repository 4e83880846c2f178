//! # What it finds
//! An RBAC rule that allows `create`, `update` or `patch` on `apiservices`.
//!
//! # Why it matters
//! An APIService sends all requests for an API group to a server of its choice, with the user and groups of whoever
//! asks. That server sees what is asked, and answers what it likes.
//!
//! In the whole cluster it is a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the APIService in `resourceNames`, and create it with the rest of the manifests.
//!
//! # Limits
//! With `resourceNames` it is silent. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-
//! resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "apiservice-write",
    summary: "an RBAC rule that decides who answers for API groups",
    category: Category::Security,
    check: Check::Grant(&powers::APISERVICE_WRITE, check),
    fixable: false,
    source: include_str!("apiservice_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "name the APIService in `resourceNames` and allow `update` or `patch` alone",
    );
}
