//! # What it finds
//! An auth role that no workload, agent, operator, provider class or secret store among the inputs names, while some
//! name other roles.
//!
//! # Why it matters
//! A role that nobody uses is an open door that nobody watches.
//!
//! # How to fix it
//! Remove it, or add what uses it to the inputs.
//!
//! # Limits
//! Silent where the inputs hold nothing that logs in.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unused-auth-role",
    summary: "an auth role that nothing among the inputs logs in with",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unused_auth_role.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.auth_roles.is_empty() {
        return;
    }
    let consumers = &project.consumers;
    let injectors = project.workloads.iter().filter_map(|workload| workload.injector.as_ref()?.role.as_ref());
    let operators = consumers.vault_auths.iter().filter_map(|auth| auth.kubernetes.as_ref()?.role.as_ref());
    let globals =
        consumers.vault_auth_globals.iter().filter_map(|auth| auth.kubernetes.as_ref()?.role.as_ref());
    let classes = consumers.provider_classes.iter().filter_map(|class| class.role.as_ref());
    let stores = consumers.secret_stores.iter().filter_map(|store| store.kubernetes.as_ref()?.role.as_ref());
    let agents = consumers.agents.iter().filter_map(|agent| agent.method.as_ref()?.role.as_ref());
    let named = injectors.chain(operators).chain(globals).chain(classes).chain(stores).chain(agents);
    let used: HashSet<String> = named.map(|name: &Spanned<String>| name.value.to_lowercase()).collect();
    if used.is_empty() {
        return;
    }
    for role in &project.auth_roles {
        if !used.contains(&role.name.value.to_lowercase()) {
            cx.report(role.name.span, format!("nothing among the inputs logs in with {}", role.words()))
                .help("remove it, or add what uses it to the inputs");
        }
    }
}
