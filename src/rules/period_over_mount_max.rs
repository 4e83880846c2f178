//! # What it finds
//! A period of an auth role that is longer than `max_lease_ttl` of the auth mount, or than 768 hours where the mount
//! sets none.
//!
//! # Why it matters
//! Vault refuses to write the role.
//!
//! # How to fix it
//! Lower the period, or raise the limit of the mount.
//!
//! # Limits
//! A server whose own configuration sets another limit than 768 hours decides otherwise.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "period-over-mount-max",
    summary: "a period above the limit of its mount, which Vault refuses",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("period_over_mount_max.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.is_empty() {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        let most = method.max_lease_ttl();
        for role in method.roles() {
            let Some(period) = role.fields.duration("token_period").filter(|period| period.value > most)
            else {
                continue;
            };
            let limit = method.mount.and_then(|mount| mount.settings.duration("max_lease_ttl"));
            let finding = cx
                .report(
                    period.span,
                    format!(
                        "Vault refuses to write {}: its period is longer than {most}, the limit of the mount",
                        role.words()
                    ),
                )
                .help(format!("set it to at most `{most}`"));
            if let Some(limit) = limit {
                finding.label(limit.span, "the limit");
            }
        }
    }
}
