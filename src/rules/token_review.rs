//! # What it finds
//! A role of its own that allows `create` on `tokenreviews` or `subjectaccessreviews`.
//!
//! # Why it matters
//! Its holder can ask whose token it has found, and what anybody may do. It is what Vault needs to log service accounts
//! in, and what many operators need to guard their metrics.
//!
//! # How to fix it
//! Bind the built-in ClusterRole `system:auth-delegator`, which gives just that, to the one service account that needs
//! it.
//!
//! # Limits
//! It is a note. Bindings of `system:auth-delegator` are never reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "token-review",
    summary: "an RBAC rule that reviews tokens or access",
    category: Category::Style,
    check: Check::Grant(&powers::TOKEN_REVIEW, check),
    fixable: false,
    source: include_str!("token_review.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "bind `system:auth-delegator` to the one service account that needs it",
    );
}
