//! # What it finds
//! An auth role with several service accounts and several namespaces, of which the inputs know some pairs only.
//!
//! # Why it matters
//! Vault checks the two lists apart: each name may come from each namespace. Two names in two namespaces are four
//! identities, and whoever may create a service account in one namespace can take the name that was meant for the
//! other.
//!
//! # How to fix it
//! Write a role for each namespace.
//!
//! # Limits
//! Pairs are known from ServiceAccount objects; without any, from names that begin like a namespace. Silent where all
//! pairs are known, or none. Wildcards are reported elsewhere.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::inhabitants::Inhabitants;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unpaired-identities",
    summary: "identities that a role admits and nobody wrote",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unpaired_identities.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let known = LazyCell::new(|| Inhabitants::of(project));
    for role in project.auth_roles.iter().filter(|role| role.names().len() > 1 && role.namespaces().len() > 1)
    {
        look(role, &known, cx);
    }
}

fn look(role: &AuthRole, known: &Inhabitants<'_>, cx: &mut Context<'_>) {
    let (names, namespaces) = (role.names(), role.namespaces());
    let is_wild = names.iter().chain(namespaces).any(|entry| entry.value.contains(['*', '{', '$']));
    if is_wild || names.len().saturating_mul(namespaces.len()) > MOST {
        return;
    }
    let pairs = || {
        namespaces
            .iter()
            .flat_map(|namespace| names.iter().map(move |name| (namespace.as_str(), name.as_str())))
    };
    let declared = pairs().filter(|(namespace, name)| known.has_account(namespace, name)).count();
    let stray = if declared > 0 {
        pairs().find(|(namespace, name)| !known.has_account(namespace, name))
    } else if names
        .iter()
        .all(|name| namespaces.iter().filter(|it| belongs(name.as_str(), it.as_str())).count() == 1)
    {
        pairs().find(|(namespace, name)| !belongs(name, namespace))
    } else {
        None
    };
    let Some((namespace, name)) = stray else { return };
    let Some(entry) = names.iter().find(|entry| entry.value == name) else { return };
    let other = namespaces.iter().find(|entry| entry.value == namespace).map(|entry| entry.span);
    let finding = cx
        .report(
            entry.span,
            format!(
                "{} admits `{namespace}/{name}` too: each of its {} names may come from each of its {} namespaces",
                role.words(),
                names.len(),
                namespaces.len()
            ),
        )
        .help("write a role for each namespace");
    if let Some(other) = other.filter(|other| *other != entry.span) {
        finding.label(other, "together with this namespace");
    }
}

/// Above this many pairs a list is no list of pairs.
const MOST: usize = 400;

/// True if the name begins with the namespace, as names do that are meant for it.
fn belongs(name: &str, namespace: &str) -> bool {
    name.strip_prefix(namespace).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
