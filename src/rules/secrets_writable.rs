//! # What it finds
//! An RBAC rule that allows `create`, `update`, `patch` or `delete` on Secrets without naming them, and no reading
//! beside it.
//!
//! # Why it matters
//! Its holder replaces the credentials and certificates that others trust, or takes them away. `create` alone makes new
//! ones only, and is silent in single namespaces.
//!
//! It is a note, a warning where the subject stands for many.
//!
//! # How to fix it
//! Name the Secrets in `resourceNames`; `create` needs a rule of its own.
//!
//! # Limits
//! Where the same holders may read Secrets too, `token-secret-mint` and `secrets-readable` say what comes of it. Rules
//! with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secrets-writable",
    summary: "an RBAC rule that writes every Secret in its reach",
    category: Category::Security,
    check: Check::Grant(&powers::SECRETS_WRITE, check),
    fixable: false,
    source: include_str!("secrets_writable.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if cx.survey.joined_by(grant, &powers::SECRETS_READ).is_some() {
        return;
    }
    if grant.has_verb(&["update", "patch", "delete"]) {
        cx.report_grant(grant, "overwrite or delete any secret", "name the secrets in `resourceNames`");
    } else {
        let help = "leave it to those who hand out secrets: a secret of a token type gets a token";
        cx.report_weighed(grant, Weight::Low, "create secrets", help);
    }
}
