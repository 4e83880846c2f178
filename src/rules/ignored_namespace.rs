//! # What it finds
//! `metadata.namespace` on a ClusterRole or ClusterRoleBinding.
//!
//! # Why it matters
//! Both belong to no namespace; the API server drops the field. Whoever reads it believes the access confined to that
//! namespace.
//!
//! # How to fix it
//! Remove the line; to confine the access, make it a Role or a RoleBinding.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::ObjectMeta;
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::rbac::builtin;
use crate::syntax::yaml::cut;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ignored-namespace",
    summary: "a namespace on an object that belongs to none",
    category: Category::Style,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("ignored_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in project.rbac_roles.iter().filter(|role| role.kind == RbacRoleKind::ClusterRole) {
        if role.meta.namespace.is_some() && !builtin::is_own_role(role) {
            report(&role.meta, "ClusterRole", "Role", cx);
        }
    }
    for binding in project.bindings.iter().filter(|binding| binding.cluster_wide) {
        if binding.meta.namespace.is_some() && !builtin::is_own_binding(binding) {
            report(&binding.meta, "ClusterRoleBinding", "RoleBinding", cx);
        }
    }
}

fn report(meta: &ObjectMeta, kind: &str, confined: &str, cx: &mut Context<'_>) {
    let Some(namespace) = &meta.namespace else { return };
    let source = cx.project.sources.get(namespace.span.source);
    let line = source.and_then(|source| cut::entry(&source.text, "namespace", namespace.span));
    let finding = cx.report(namespace.span, format!("a {kind} belongs to no namespace: this is dropped"));
    finding.help(format!("remove it; to confine the access, make it a {confined}"));
    if let Some(line) = line {
        finding.fix("remove the line", vec![Edit::replace(line, "")]);
    }
}
