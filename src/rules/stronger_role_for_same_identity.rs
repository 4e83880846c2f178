//! # What it finds
//! Two auth roles of one mount that admit the same service account, where the policies of one are all among those of
//! the other and the other has more.
//!
//! # Why it matters
//! The caller chooses the role at login. What the weaker role holds back, the stronger one gives to the same pod.
//!
//! # How to fix it
//! Bind the stronger role to another service account.
//!
//! # Limits
//! A note: it may be meant, for a job that needs more. Only names and namespaces without wildcards are compared.

use std::collections::{BTreeSet, HashMap};

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::login::AuthMethod;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "stronger-role-for-same-identity",
    summary: "a role beside another one that gives the same identity more",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("stronger_role_for_same_identity.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.len() < 2 {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        let mut by_identity: HashMap<(&str, &str), Vec<&AuthRole>> = HashMap::new();
        for role in method.roles() {
            for (namespace, name) in identities(role) {
                by_identity.entry((namespace, name)).or_default().push(role);
            }
        }
        for role in method.roles() {
            let own = policies(role);
            let stronger = identities(role).find_map(|identity| {
                let others = by_identity.get(&identity)?.iter().take(MOST);
                let other = others.copied().find(|other| {
                    let theirs = policies(other);
                    let is_other = !other.name.value.eq_ignore_ascii_case(&role.name.value);
                    is_other && !own.is_empty() && own.len() < theirs.len() && own.is_subset(&theirs)
                })?;
                Some((identity, other))
            });
            let Some(((namespace, name), other)) = stronger else { continue };
            let more: Vec<String> =
                policies(other).difference(&own).map(|policy| format!("`{policy}`")).collect();
            cx.report(
                role.name.span,
                format!(
                    "`{namespace}/{name}` gets more than {} gives it: {} admits it as well",
                    role.words(),
                    other.words()
                ),
            )
            .severity(Severity::Note)
            .label(other.name.span, format!("gives it {} too", more.join(", ")))
            .help("bind the stronger role to another service account");
        }
    }
}

/// Above this many, a list is not taken apart.
const MOST: usize = 64;

fn identities(role: &AuthRole) -> impl Iterator<Item = (&str, &str)> {
    let (names, namespaces) = (role.names(), role.namespaces());
    let is_small = names.len().saturating_mul(namespaces.len()) <= MOST;
    let plain = |text: &str| !text.contains('*');
    namespaces.iter().filter(move |namespace| is_small && plain(&namespace.value)).flat_map(
        move |namespace| {
            names
                .iter()
                .filter(move |name| plain(&name.value))
                .map(|name| (namespace.as_str(), name.as_str()))
        },
    )
}

fn policies(role: &AuthRole) -> BTreeSet<String> {
    let names = role.policies().iter().map(|name| name.value.trim().to_lowercase());
    names.filter(|name| name != "default" && !name.is_empty()).collect()
}
