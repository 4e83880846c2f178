//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `services/status`.
//!
//! # Why it matters
//! An address in the status of a Service draws the traffic for that address, from every pod of the cluster, to the pods
//! of the Service (CVE-2020-8554).
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Leave it to the controller of load balancers.
//!
//! # Limits
//! `*/status` is reported as `node-write`.
//!
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "service-status-write",
    summary: "an RBAC rule that sets the addresses of Services",
    category: Category::Security,
    check: Check::Grant(&powers::SERVICE_STATUS_WRITE, check),
    fixable: false,
    source: include_str!("service_status_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if cx.survey.grants().shares_entry(grant, &powers::NODE_WRITE) {
        return;
    }
    cx.report_grant(grant, grant.power.does, "leave it to the controller of load balancers");
}
