//! # What it finds
//! A workload that gets the token of a service account to which nothing among the inputs is bound, and that nothing of
//! Vault or Consul uses.
//!
//! # Why it matters
//! A token that is not needed is one more thing to steal: it still opens what everybody who can log in may do.
//!
//! # How to fix it
//! Write `automountServiceAccountToken: false` in the pod template, or on the service account.
//!
//! # Limits
//! The same file must declare the service account. What is called after Vault or OpenBao is taken to log in with it. Programs may speak to the API server with bindings that are not among the
//! inputs.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::workload::Workload;
use crate::model::project::Project;
use crate::semantics::bound;
use crate::semantics::rbac::subjects::service_account;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unneeded-token",
    summary: "a workload with a token that gives it nothing",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unneeded_token.rs"),
};

/// Annotations of webhooks whose sidecars log in with the token.
const WEBHOOKS: [&str; 3] =
    ["vault.hashicorp.com/", "vault.security.banzaicloud.io/", "consul.hashicorp.com/"];

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let bound: HashSet<&str> = project
        .bindings
        .iter()
        .flat_map(|binding| binding.subjects.iter().filter_map(|it| Some(service_account(binding, it)?.1)))
        .collect();
    for workload in &project.workloads {
        let account = workload.service_account.as_ref().map_or("default", |it| it.as_str());
        if mounts(project, workload, account)
            && !bound.contains(account)
            && !logs_in(project, workload, account)
        {
            // Where the service account is not declared beside it, neither are its bindings, mostly.
            let namespace = workload.meta.namespace_name();
            let mut declared = project.service_accounts_in(workload.meta.span.source).iter();
            let is_declared =
                declared.any(|it| it.meta.name.value == account && it.meta.namespace_name() == namespace);
            if !is_declared {
                continue;
            }
            let span = workload.service_account.as_ref().map_or(workload.meta.name.span, |it| it.span);
            let message = format!(
                "the pods of `{}` get a token of `{account}`, to which nothing is bound",
                workload.meta.name
            );
            cx.report(span, message).help("set `automountServiceAccountToken: false`");
        }
    }
}

fn mounts(project: &Project, workload: &Workload, account: &str) -> bool {
    let namespace = workload.meta.namespace_name().unwrap_or_default();
    let mut accounts = project.service_accounts_named(namespace, account);
    let says = workload.automount.or(accounts.find_map(|account| account.automount));
    says.is_none_or(|automount| automount.value)
}

fn logs_in(project: &Project, workload: &Workload, account: &str) -> bool {
    let by_webhook = |key: &str| WEBHOOKS.iter().any(|prefix| key.starts_with(prefix));
    let mut annotations = workload.pod_annotations.iter();
    if annotations.any(|(key, _)| by_webhook(key.as_str())) {
        return true;
    }
    let speaks_of_vault = |name: &str| name.contains("vault") || name.contains("openbao");
    workload.injector.is_some()
        || speaks_of_vault(workload.meta.name.as_str())
        || speaks_of_vault(account)
        || project
            .auth_roles
            .iter()
            .any(|role| role.names().iter().any(|entry| bound::admits(entry.as_str(), account)))
}
