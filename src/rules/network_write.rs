//! # What it finds
//! An RBAC rule that allows writing Services, Endpoints, EndpointSlices, Ingresses, NetworkPolicies or routes of the
//! Gateway API.
//!
//! # Why it matters
//! Its holder puts itself between clients and the pods they mean, publishes what was internal, or lifts the policies
//! that keep pods apart.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Allow the kinds and verbs that are used; a controller often needs no more than their status.
//!
//! # Limits
//! In single namespaces only NetworkPolicies, Endpoints and EndpointSlices are reported: the rest belongs to any
//! deployment. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list
//! what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "network-write",
    summary: "an RBAC rule that redirects or opens network traffic",
    category: Category::Security,
    check: Check::Grant(&powers::TRAFFIC_WRITE, check),
    fixable: false,
    source: include_str!("network_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let beyond_deployment = ["networkpolicies", "endpoints", "endpointslices"];
    if grant.is_in_namespaces() && !grant.has_resource(&beyond_deployment) {
        return;
    }
    cx.report_grant(
        grant,
        grant.power.does,
        "allow the kinds and verbs that are used, in the namespaces where they are used",
    );
}
