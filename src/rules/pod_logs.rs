//! # What it finds
//! An RBAC rule that allows `get` on `pods/log` in the whole cluster.
//!
//! # Why it matters
//! Logs hold what programs should not have written there: tokens, connection strings, personal data.
//!
//! It is a note in the whole cluster, and silent in single namespaces.
//!
//! # How to fix it
//! Bind it in the namespaces whose logs are needed.
//!
//! # Limits
//! Other verbs on `pods/log` have no effect: see `ineffective-rbac-rule`. Rules with `*` as verb or resource are
//! reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-logs",
    summary: "an RBAC rule that reads the logs of every pod",
    category: Category::Security,
    check: Check::Grant(&powers::POD_LOGS, check),
    fixable: false,
    source: include_str!("pod_logs.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "bind it with RoleBindings in the namespaces whose logs are needed",
    );
}
