//! # What it finds
//! An RBAC rule that allows writing `customresourcedefinitions` without naming them.
//!
//! # Why it matters
//! A conversion webhook in a definition reads and rewrites every object of the type; deleting a definition deletes all
//! of its objects.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Install definitions with the rest of the manifests; name them in `resourceNames` where an operator has to update its
//! own.
//!
//! # Limits
//! With `resourceNames` it is silent. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-
//! resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "crd-write",
    summary: "an RBAC rule that writes the types of custom resources",
    category: Category::Security,
    check: Check::Grant(&powers::CRD_WRITE, check),
    fixable: false,
    source: include_str!("crd_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "name the definitions in `resourceNames`, and create them with the rest of the manifests",
    );
}
