//! # What it finds
//! An RBAC rule that allows `get`, `create` or other verbs on `services/proxy` or `pods/proxy`, also as `*/proxy`.
//!
//! # Why it matters
//! The API server sends HTTP requests to any port of any pod or Service, past NetworkPolicies, and the receiver sees
//! them come from the control plane.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Leave it out, and let the client reach the Service itself; name the Services in `resourceNames`.
//!
//! # Limits
//! Where `*/proxy` reaches kubelets too, `nodes-proxy` reports it alone. Rules with `*` as verb or resource are
//! reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "service-proxy",
    summary: "an RBAC rule that sends requests to pods through the API server",
    category: Category::Security,
    check: Check::Grant(&powers::SERVICE_PROXY, check),
    fixable: false,
    source: include_str!("service_proxy.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if cx.survey.grants().shares_entry(grant, &powers::NODES_PROXY) {
        return;
    }
    cx.report_grant(grant, grant.power.does, "leave it out, or name the services in `resourceNames`");
}
