//! # What it finds
//! An RBAC rule that allows `create` or `get` on `pods/portforward`.
//!
//! # Why it matters
//! Its holder reaches ports that no Service and no NetworkPolicy opens: databases, admin pages, debug endpoints that
//! listen on localhost.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Leave it out, or bind it in the namespaces of development.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-portforward",
    summary: "an RBAC rule that reaches any port of any pod",
    category: Category::Security,
    check: Check::Grant(&powers::PORTFORWARD, check),
    fixable: false,
    source: include_str!("pod_portforward.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(grant, grant.power.does, "leave it out, or bind it in the namespaces of development");
}
