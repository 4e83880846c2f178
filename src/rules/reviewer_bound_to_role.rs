//! # What it finds
//! An auth role that binds, by name, the service account that reviews tokens for its mount.
//!
//! # Why it matters
//! The token of the reviewer does not end and lies in Vault's storage and in a Secret. Bound to a role, it is a login
//! as well.
//!
//! # How to fix it
//! Give the workload a service account of its own.
//!
//! # Limits
//! Roles with wildcards are reported for their wildcards.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "reviewer-bound-to-role",
    summary: "a reviewer that can log in itself",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("reviewer_bound_to_role.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if !project.auth_mounts.iter().any(|mount| mount.reviewer.is_some()) {
        return;
    }
    for method in AuthMethod::all(project) {
        let Some(reviewer) = method.mount.and_then(|mount| mount.reviewer.as_ref()) else { continue };
        for role in method.roles() {
            let name = role.names().iter().find(|name| name.value == reviewer.service_account.value);
            let is_there = role.namespaces().iter().any(|it| it.value == reviewer.namespace.value);
            let Some(name) = name.filter(|_| is_there) else { continue };
            cx.report(
                name.span,
                format!(
                    "{} admits `{}/{name}`, whose token reviews the others and never ends",
                    role.words(),
                    reviewer.namespace
                ),
            )
            .label(reviewer.span, "reviews the tokens of this mount")
            .help("give the workload a service account of its own");
        }
    }
}
