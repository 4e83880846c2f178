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

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::bound;
use crate::syntax::Spanned;

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
    let doors = Doors::new(&project.auth_roles);
    for role in &project.secrets_roles {
        look(role, &doors, cx);
    }
}

/// Auth roles by what they admit, so that not every role is held against every other one. Places are those in the
/// project, in ascending order.
struct Doors<'a> {
    roles: &'a [AuthRole],
    /// Those that name a service account letter for letter.
    by_name: HashMap<&'a str, Vec<usize>>,
    /// Those that admit names by a glob.
    by_glob: Vec<usize>,
    /// Those that admit every name.
    for_all: Vec<usize>,
}

impl<'a> Doors<'a> {
    fn new(roles: &'a [AuthRole]) -> Doors<'a> {
        let mut doors = Doors { roles, by_name: HashMap::new(), by_glob: Vec::new(), for_all: Vec::new() };
        for (at, role) in roles.iter().enumerate() {
            for entry in role.names().iter().filter(|entry| !entry.value.contains('*')) {
                doors.by_name.entry(entry.as_str()).or_default().push(at);
            }
            if role.names().iter().any(|entry| entry.value.contains('*')) {
                doors.by_glob.push(at);
            }
            if role.names().iter().any(|entry| bound::admits_all(&entry.value)) {
                doors.for_all.push(at);
            }
        }
        doors
    }

    /// The first role that admits `account`, or any name, in one of the namespaces: with the entries that say so.
    fn opened<'n>(
        &self,
        account: Option<&str>,
        namespaces: &'n [Spanned<String>],
    ) -> Option<(&'a AuthRole, &'a Spanned<String>, &'n Spanned<String>)> {
        let admitted = |at: &usize| {
            let auth = self.roles.get(*at)?;
            let name = auth.names().iter().find(|entry| match account {
                Some(account) => bound::admits(&entry.value, account),
                None => bound::admits_all(&entry.value),
            })?;
            let namespace = namespaces.iter().find(|namespace| admits_namespace(auth, &namespace.value))?;
            Some((*at, (auth, name, namespace)))
        };
        let first = |list: &[usize]| list.iter().find_map(admitted);
        let found = match account {
            None => [first(&self.for_all), None],
            Some(account) => [self.by_name.get(account).and_then(|list| first(list)), first(&self.by_glob)],
        };
        found.into_iter().flatten().min_by_key(|(at, _)| *at).map(|(_, opened)| opened)
    }
}

fn look(role: &SecretsRole, doors: &Doors<'_>, cx: &mut Context<'_>) {
    let account = role.fields.text("service_account_name").filter(|name| !name.value.is_empty());
    let made = ["kubernetes_role_name", "generated_role_rules"];
    let is_made = made.iter().any(|name| role.fields.text(name).is_some_and(|text| !text.value.is_empty()));
    if account.is_none() && !is_made {
        return;
    }
    let namespaces = role.fields.list("allowed_kubernetes_namespaces");
    let opened = doors.opened(account.map(|account| account.value), namespaces);
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
