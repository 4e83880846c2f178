//! # What it finds
//! A lifetime of an auth role that is longer than `max_lease_ttl` of the auth mount.
//!
//! # Why it matters
//! Vault stores it and cuts each token to the limit of the mount when it issues it.
//!
//! # How to fix it
//! Lower the value, or raise the limit of the mount.
//!
//! # Limits
//! Only limits that the inputs set are known. A period above the limit is reported as `period-over-mount-max`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ttl-over-mount-max",
    summary: "a lifetime above the limit of its mount, which is cut in silence",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("ttl_over_mount_max.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.is_empty() || cx.project.auth_mounts.is_empty() {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        let Some(mount) = method.mount else { continue };
        let Some(most) = mount.settings.duration("max_lease_ttl").filter(|most| most.value.0 > 0) else {
            continue;
        };
        for role in method.roles() {
            for name in ["token_ttl", "token_max_ttl", "token_explicit_max_ttl"] {
                let Some(ttl) = role.fields.duration(name).filter(|ttl| ttl.value > most.value) else {
                    continue;
                };
                let written = role.fields.get(name).map_or(name, |field| field.key.as_str());
                cx.report(
                    ttl.span,
                    format!(
                        "`{written}` of {} is cut to {}, the limit of auth mount `{}`",
                        role.words(),
                        most.value,
                        method.path
                    ),
                )
                .label(most.span, "the limit")
                .help(format!("set it to at most `{}`, or raise the limit", most.value));
            }
        }
    }
}
