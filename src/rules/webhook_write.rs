//! # What it finds
//! An RBAC rule that allows writing `mutatingwebhookconfigurations` or `validatingwebhookconfigurations` without naming
//! them.
//!
//! # Why it matters
//! A webhook sees every object that is written, Secrets among them, and a mutating one changes what is stored: roles,
//! bindings, the images of pods. Deleting one switches off the guard that it is.
//!
//! In the whole cluster it is a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the configuration in `resourceNames` and allow `update` or `patch` alone; install it with the rest of the
//! manifests.
//!
//! # Limits
//! With `resourceNames` it is silent. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-
//! resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "webhook-write",
    summary: "an RBAC rule that writes admission webhooks",
    category: Category::Security,
    check: Check::Grant(&powers::WEBHOOK_WRITE, check),
    fixable: false,
    source: include_str!("webhook_write.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let does = if grant.has_resource(&["mutatingwebhookconfigurations"]) {
        "rewrite objects as they are admitted"
    } else {
        "read and refuse objects as they are admitted"
    };
    cx.report_grant(
        grant,
        does,
        "name the configuration in `resourceNames` and allow `update` or `patch` alone",
    );
}
