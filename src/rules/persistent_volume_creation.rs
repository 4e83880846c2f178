//! # What it finds
//! An RBAC rule that allows `create` on `persistentvolumes`.
//!
//! # Why it matters
//! A persistent volume of type `hostPath` puts a directory of the node into a pod. Pod Security forbids such a volume
//! in a pod, but not by way of a claim.
//!
//! In the whole cluster it is a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Let users create claims, and leave volumes to the provisioner.
//!
//! # Limits
//! Provisioners need it; allow it there with a reason. Rules with `*` as verb or resource are reported as `wildcard-
//! verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "persistent-volume-creation",
    summary: "an RBAC rule that creates persistent volumes",
    category: Category::Security,
    check: Check::Grant(&powers::PERSISTENT_VOLUME_CREATION, check),
    fixable: false,
    source: include_str!("persistent_volume_creation.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(grant, grant.power.does, "let users create claims, and leave volumes to the provisioner");
}
