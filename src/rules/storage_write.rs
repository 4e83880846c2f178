//! # What it finds
//! An RBAC rule that allows writing `storageclasses`, `csidrivers` or `volumeattachments`.
//!
//! # Why it matters
//! A StorageClass decides which driver makes a volume and with which secrets, a VolumeAttachment which node gets it:
//! its holder has the volumes of others attached elsewhere.
//!
//! # How to fix it
//! Leave it to the drivers and to those who run the cluster.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "storage-write",
    summary: "an RBAC rule that changes how volumes come about",
    category: Category::Security,
    check: Check::Grant(&powers::STORAGE_WRITE, check),
    fixable: false,
    source: include_str!("storage_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "leave it to the storage drivers and to those who run the cluster",
    );
}
