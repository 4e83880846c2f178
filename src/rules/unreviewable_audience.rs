//! # What it finds
//! An auth role with an audience of its own, on an auth mount that has neither a reviewer nor the token of Vault's pod.
//!
//! # Why it matters
//! Vault then asks the API server with the very JWT that logs in. One that is made for `vault` alone is no valid token
//! there: every login ends in `permission denied`.
//!
//! # How to fix it
//! Give the mount a reviewer, or drop `disable_local_ca_jwt` where Vault runs in the cluster.
//!
//! # Limits
//! A JWT that was requested for two audiences, that of the role and that of the API server, would pass.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::login::{AuthMethod, Reviewing, is_api_server};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unreviewable-audience",
    summary: "an audience that keeps a JWT from reviewing itself",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unreviewable_audience.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.is_empty() || cx.project.auth_mounts.is_empty() {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        if method.reviewing() != Reviewing::Caller {
            continue;
        }
        for role in method.roles() {
            let audience = role.fields.text("audience");
            let Some(audience) = audience.filter(|it| !it.value.is_empty() && !is_api_server(it.value))
            else {
                continue;
            };
            let finding = cx
                .report(
                    audience.span,
                    format!(
                        "a JWT for `{}` cannot review itself, and auth mount `{}` has no other reviewer",
                        audience.value, method.path
                    ),
                )
                .help("give the mount a `reviewer`");
            if let Some(disabled) = method.local_jwt_disabled() {
                finding.label(disabled.span, "Vault does not use the token of its own pod");
            }
        }
    }
}
