//! # What it finds
//! A service account that no binding, no workload and no auth role among the inputs names.
//!
//! # Why it matters
//! It may be left over. Whoever can run pods in its namespace can use it, and what is bound to it one day.
//!
//! # How to fix it
//! Delete it, or name it where it is meant to be used.
//!
//! # Limits
//! What stands outside of the inputs is not known. `default`, which every namespace has, is not reported.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::bound;
use crate::semantics::rbac::subjects::service_account;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unused-service-account",
    summary: "a service account that nothing names",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unused_service_account.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.service_accounts.is_empty() {
        return;
    }
    let bound = project.bindings.iter().flat_map(|binding| {
        binding.subjects.iter().filter_map(|subject| Some(service_account(binding, subject)?.1))
    });
    let run = project.workloads.iter().filter_map(|it| it.service_account.as_ref().map(|it| it.as_str()));
    let used: HashSet<&str> = bound.chain(run).collect();
    for account in &project.service_accounts {
        let name = account.meta.name.as_str();
        let logs_in = || {
            let roles = project.auth_roles.iter();
            roles.flat_map(|role| role.names()).any(|entry| bound::admits(entry.as_str(), name))
        };
        if name != "default" && !used.contains(name) && !logs_in() {
            cx.report(
                account.meta.name.span,
                format!("nothing among the inputs names the service account `{name}`"),
            )
            .help("delete it, or name it where it is to be used");
        }
    }
}
