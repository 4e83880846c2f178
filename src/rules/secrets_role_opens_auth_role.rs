//! # What it finds
//! A role of the Kubernetes secrets engine that hands out tokens of a service account which an auth role admits.
//!
//! # Why it matters
//! The caller of `creds/` chooses the audience of the token. With it, it logs in to Vault and holds the policies of the
//! auth role: who may ask for credentials has them, too.
//!
//! # How to fix it
//! Hand out a service account that no auth role binds, or limit the parameter `audiences` in the policy.
//!
//! # Limits
//! Accounts that the engine makes have random names: they count where an auth role takes every name of a namespace.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::bound;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secrets-role-opens-auth-role",
    summary: "a secrets role whose tokens log in to Vault",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("secrets_role_opens_auth_role.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.secrets_roles.is_empty() || project.auth_roles.is_empty() {
        return;
    }
    for role in &project.secrets_roles {
        look(role, cx);
    }
}

fn look(role: &SecretsRole, cx: &mut Context<'_>) {
    let account = role.fields.text("service_account_name").filter(|name| !name.value.is_empty());
    let made = ["kubernetes_role_name", "generated_role_rules"];
    let is_made = made.iter().any(|name| role.fields.text(name).is_some_and(|text| !text.value.is_empty()));
    if account.is_none() && !is_made {
        return;
    }
    let namespaces = role.fields.list("allowed_kubernetes_namespaces");
    let project = cx.project;
    let opened = project.auth_roles.iter().find_map(|auth| {
        let names = auth.names().iter();
        let name = names.clone().find(|entry| match account {
            Some(account) => bound::admits(&entry.value, account.value),
            None => bound::admits_all(&entry.value),
        })?;
        let namespace = namespaces.iter().find(|namespace| admits_namespace(auth, &namespace.value))?;
        Some((auth, name, namespace))
    });
    let Some((auth, name, namespace)) = opened else { return };
    let span = account.map_or(role.name.span, |account| account.span);
    let who = account.map_or_else(
        || format!("in namespace `{namespace}`"),
        |account| format!("of `{namespace}/{}`", account.value),
    );
    cx.report(
        span,
        format!("a token {who} that secrets role `{}` hands out logs in with {}", role.name, auth.words()),
    )
    .label(name.span, "admitted here")
    .help("hand out an account that no auth role binds, or limit the parameter `audiences` in the policy");
}

fn admits_namespace(auth: &AuthRole, namespace: &str) -> bool {
    let wanted = if namespace == "*" { None } else { Some(namespace) };
    auth.namespaces()
        .iter()
        .any(|entry| wanted.is_none_or(|namespace| bound::admits(&entry.value, namespace)))
}
