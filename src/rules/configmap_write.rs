//! # What it finds
//! An RBAC rule that allows `update` or `patch` on ConfigMaps without naming them, outside of `kube-system`.
//!
//! # Why it matters
//! What a ConfigMap says, its readers do: its holder changes how the workloads of the namespace run.
//!
//! # How to fix it
//! Name the ConfigMaps in `resourceNames`.
//!
//! # Limits
//! Very common, and so off unless asked for. `kube-system` and the whole cluster are reported as `critical-configmap-
//! write`. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what
//! they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "configmap-write",
    summary: "an RBAC rule that changes any ConfigMap in its reach",
    category: Category::Pedantic,
    check: Check::Grant(&powers::CONFIGMAP_WRITE, check),
    fixable: false,
    source: include_str!("configmap_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if !grant.reaches("kube-system") {
        cx.report_grant(grant, grant.power.does, "name the ConfigMaps in `resourceNames`");
    }
}
