//! # What it finds
//! An RBAC rule that allows writing `resourceslices`, `deviceclasses` or `csinodes`.
//!
//! # Why it matters
//! These objects say which devices and which volume drivers a node has: its holder draws pods to a node, or gives them
//! devices that were meant for others.
//!
//! # How to fix it
//! Leave it to the drivers that run on the nodes.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "device-steering",
    summary: "an RBAC rule that decides which devices pods get",
    category: Category::Security,
    check: Check::Grant(&powers::DEVICE_WRITE, check),
    fixable: false,
    source: include_str!("device_steering.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(grant, grant.power.does, "leave it to the drivers that run on the nodes");
}
