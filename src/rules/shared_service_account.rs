//! # What it finds
//! A service account that more than one workload runs as.
//!
//! # Why it matters
//! Each of them holds what any of them needs, in Kubernetes and in Vault, and no log tells them apart.
//!
//! # How to fix it
//! Give each workload a service account of its own.
//!
//! # Limits
//! Pods without `serviceAccountName`, which share `default`, are not counted, nor are workloads without a namespace.

use std::collections::BTreeMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::workload::Workload;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "shared-service-account",
    summary: "a service account that several workloads run as",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("shared_service_account.rs"),
};

fn check(cx: &mut Context<'_>) {
    let mut users: BTreeMap<(&str, &str), Vec<&Workload>> = BTreeMap::new();
    for workload in &cx.project.workloads {
        if let (Some(namespace), Some(account)) = (workload.meta.namespace_name(), &workload.service_account)
        {
            users.entry((namespace, account.as_str())).or_default().push(workload);
        }
    }
    for ((namespace, account), workloads) in users {
        let [first, rest @ ..] = workloads.as_slice() else { continue };
        let other = rest.iter().find(|it| it.meta.name.value != first.meta.name.value);
        let Some(other) = other else { continue };
        let Some(named) = &other.service_account else { continue };
        let message = format!(
            "`{}` runs as the service account `{namespace}/{account}`, and so does `{}`",
            other.meta.name, first.meta.name
        );
        let place = first.service_account.as_ref().map_or(first.meta.name.span, |it| it.span);
        cx.report(named.span, message)
            .label(place, "the other one")
            .help("give each workload a service account of its own");
    }
}
