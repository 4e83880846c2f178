//! # What it finds
//! An auth role whose tokens may live longer than the JWT that a VaultAuth object of the Vault Secrets Operator logs in
//! with.
//!
//! # Why it matters
//! The JWT dies with the service account; the token of Vault does not. Until it ends it works for somebody who has
//! left.
//!
//! # How to fix it
//! Lower `token_max_ttl` to the life of the JWT, so that each renewal needs Kubernetes' consent.
//!
//! # Limits
//! Only VaultAuth objects that name the role are looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::duration::Seconds;
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ttl-over-jwt-life",
    summary: "tokens that outlive the JWT they were got with",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("ttl_over_jwt_life.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.auth_roles.is_empty() || project.consumers.vault_auths.is_empty() {
        return;
    }
    for method in AuthMethod::all(project) {
        for auth in &project.consumers.vault_auths {
            let mount = auth.mount.as_ref().map_or("kubernetes", |mount| mount.as_str());
            let Some(login) = auth.kubernetes.as_ref().filter(|_| mount.trim_matches('/') == method.path)
            else {
                continue;
            };
            let Some(name) = &login.role else { continue };
            let life = Seconds(login.expiration.as_ref().map_or(600, |life| life.value));
            for role in method.roles_named(name.as_str()) {
                let lasting =
                    ["token_max_ttl", "token_ttl"].iter().find_map(|name| role.fields.duration(name));
                let Some(ttl) = lasting.filter(|ttl| ttl.value > life) else { continue };
                cx.report(
                    ttl.span,
                    format!(
                        "tokens of {} live for {}, the JWT they are got with for {life}",
                        role.words(),
                        ttl.value
                    ),
                )
                .label(login.span, "logs in with this JWT")
                .help("lower it to the life of the JWT");
            }
        }
    }
}
