//! # What it finds
//! An RBAC rule that allows `create`, `update` or `patch` on roles or bindings, without `escalate` and `bind`.
//!
//! # Why it matters
//! Kubernetes checks that nobody grants more than they hold, so that this alone does not escalate. Its holder can hand
//! on every right that it has, to anybody, and leave it behind when its own access ends.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Allow it in the namespaces where it is needed, to subjects whose own rights may be handed on.
//!
//! # Limits
//! A role with `escalate` or `bind` is reported as `escalate-verb` or `bind-verb` alone. Rules with `*` as verb or
//! resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "rbac-write",
    summary: "an RBAC rule that lets its holder write roles or bindings",
    category: Category::Security,
    check: Check::Grant(&powers::RBAC_WRITE, check),
    fixable: false,
    source: include_str!("rbac_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let grants = cx.survey.grants();
    let lifted = grants.beside(grant, &powers::ESCALATE).or(grants.beside(grant, &powers::BIND));
    if lifted.is_none() {
        let help = "limit it to the namespaces where it is needed; without `bind` and `escalate` nothing more can be granted";
        cx.report_grant(grant, grant.power.does, help);
    }
}
