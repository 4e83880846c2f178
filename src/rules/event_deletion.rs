//! # What it finds
//! An RBAC rule that allows `delete` or `deletecollection` on `events`.
//!
//! # Why it matters
//! Events tell what happened in the cluster. Who deletes them hides what it did; nobody else has a reason to, because
//! they expire by themselves.
//!
//! It is a note.
//!
//! # How to fix it
//! Leave `delete` and `deletecollection` out; `create` and `patch` are what reports events.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "event-deletion",
    summary: "an RBAC rule that deletes events",
    category: Category::Security,
    check: Check::Grant(&powers::EVENT_DELETION, check),
    fixable: false,
    source: include_str!("event_deletion.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "leave `delete` and `deletecollection` out: events expire by themselves",
    );
}
