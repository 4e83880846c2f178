//! # What it finds
//! An RBAC rule that allows `get`, `create` or any other verb on `nodes/proxy`, also as `*/proxy`.
//!
//! # Why it matters
//! The kubelet runs commands in any container of its node, and the API server passes on to it whatever `nodes/proxy`
//! allows. `get` is enough, because a command is run over a websocket, which is opened with `get`; neither admission
//! nor the audit log sees it.
//!
//! In the whole cluster `create` and the like are an error and `get` alone is a warning; while nothing binds it, it is
//! a note.
//!
//! # How to fix it
//! For metrics and statistics allow `get` on `nodes/metrics`, `nodes/stats`, `nodes/log`, `nodes/healthz` or
//! `nodes/pods` instead.
//!
//! # Limits
//! A RoleBinding cannot give it. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-
//! resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "nodes-proxy",
    summary: "an RBAC rule that reaches the API of every kubelet",
    category: Category::Security,
    check: Check::Grant(&powers::NODES_PROXY, check),
    fixable: false,
    source: include_str!("nodes_proxy.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let weight = if grant.has_verb(&["create", "update", "patch", "delete"]) {
        Weight::Critical
    } else {
        Weight::High
    };
    let help = "allow `get` on `nodes/metrics`, `nodes/stats`, `nodes/log` or `nodes/pods` instead, as far as they are used";
    cx.report_weighed(grant, weight, grant.power.does, help);
}
