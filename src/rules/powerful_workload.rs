//! # What it finds
//! A workload whose service account holds rights in the whole cluster that lead to the rights of others.
//!
//! # Why it matters
//! Whoever breaks into one of its pods holds them. Of a DaemonSet there is such a pod on every node, within reach of whoever
//! breaks out of any container.
//!
//! A DaemonSet is a warning, others a note.
//!
//! # How to fix it
//! Split what needs the rights from what does not, and give each its own service account.
//!
//! # Limits
//! Binding, role and workload must be among the inputs, with their namespaces, in directories that lie together.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::lateral::{Account, accounts, belong_together};
use crate::semantics::rbac::powers::{self, Power, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "powerful-workload",
    summary: "a workload with rights that lead to those of others",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("powerful_workload.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.workloads.is_empty() {
        return;
    }
    let mut bound: HashMap<Account<'_>, Vec<&Binding>> = HashMap::new();
    for binding in project.bindings.iter().filter(|binding| binding.cluster_wide) {
        for account in accounts(binding) {
            bound.entry(account).or_default().push(binding);
        }
    }
    for workload in &project.workloads {
        let Some(namespace) = workload.meta.namespace_name() else { continue };
        let account = workload.service_account.as_ref().map_or("default", |it| it.as_str());
        let bindings = bound.get(&(namespace, account)).into_iter().flatten();
        let near = |it: &&Binding| belong_together(project, it.meta.span, workload.meta.span);
        let Some((binding, does)) = bindings.copied().filter(near).find_map(|it| Some((it, does(it, cx)?)))
        else {
            continue;
        };
        let kind = workload.kind.as_str();
        let on_every_node = kind == "DaemonSet";
        let severity = if on_every_node { Severity::Warning } else { Severity::Note };
        let each = if on_every_node { ", one on every node," } else { "" };
        let message =
            format!("each pod of {kind} `{}`{each} can {does} in the whole cluster", workload.meta.name);
        let span = workload.service_account.as_ref().map_or(workload.meta.name.span, |it| it.span);
        cx.report(span, message)
            .severity(severity)
            .label(binding.role_ref.span, "given here")
            .help("split what needs the rights from what does not, with a service account each");
    }
}

/// What the binding gives that leads on, the first of it.
fn does(binding: &Binding, cx: &Context<'_>) -> Option<String> {
    match binding.role_ref.name.as_str() {
        "cluster-admin" => return Some("do anything".to_owned()),
        "admin" | "edit" => return Some("read every secret".to_owned()),
        _ => {}
    }
    let roles = cx.survey.referents(binding);
    let mut found: Option<&Power> = None;
    for rule in roles.iter().flat_map(|role| &role.rules) {
        if [&rule.api_groups, &rule.resources, &rule.verbs]
            .iter()
            .all(|list| list.iter().any(|it| it.value == "*"))
        {
            return Some("do anything".to_owned());
        }
        let heaviest = powers::of_rule(rule, false).into_iter().find(|power| power.weight >= Weight::High);
        found = match (found, heaviest) {
            (Some(found), Some(other)) if other.weight > found.weight => Some(other),
            (found, other) => found.or(other),
        };
    }
    found.map(|power| power.does.to_owned())
}
