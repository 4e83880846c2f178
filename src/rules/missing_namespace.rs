//! # What it finds
//! A Role, RoleBinding or ServiceAccount without `metadata.namespace`.
//!
//! # Why it matters
//! It lands where `kubectl` happens to point at the moment, and what this tool says about it says less.
//!
//! # How to fix it
//! Write the namespace, or let Kustomize or Helm set it.
//!
//! # Limits
//! Whether something sets it before it is applied cannot be seen.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::ObjectMeta;
use crate::model::kube::rbac::RbacRoleKind;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "missing-namespace",
    summary: "a namespaced object that does not say where it belongs",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("missing_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let roles = project.rbac_roles.iter().filter(|role| role.kind == RbacRoleKind::Role);
    let roles = roles.map(|role| (&role.meta, "Role"));
    let bindings = project.bindings.iter().filter(|binding| !binding.cluster_wide);
    let bindings = bindings.map(|binding| (&binding.meta, "RoleBinding"));
    let accounts = project.service_accounts.iter().map(|account| (&account.meta, "ServiceAccount"));
    let found: Vec<(&ObjectMeta, &str)> = roles.chain(bindings).chain(accounts).collect();
    for (meta, kind) in found.into_iter().filter(|(meta, _)| meta.namespace.is_none()) {
        cx.report(
            meta.name.span,
            format!("the {kind} `{}` does not say in which namespace it belongs", meta.name),
        )
        .help("write `metadata.namespace`, or let Kustomize or Helm set it");
    }
}
