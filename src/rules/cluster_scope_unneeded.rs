//! # What it finds
//! A ClusterRoleBinding of a ClusterRole all of whose rules are about named objects in namespaces.
//!
//! # Why it matters
//! It gives the access in every namespace, those to come included. The named objects are mostly in
//! one namespace, where a RoleBinding is enough.
//!
//! # How to fix it
//! Bind the role with a RoleBinding in each namespace that is meant.
//!
//! # Limits
//! Reported are roles whose rules all name their objects, which hardly exist in every namespace. Controllers that look after all
//! namespaces need it as it is.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::served;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-scope-unneeded",
    summary: "a role for the whole cluster that is about named objects of namespaces",
    category: Category::Style,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("cluster_scope_unneeded.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let to_cluster_role = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole);
    if !binding.cluster_wide || !to_cluster_role || binding.subjects.is_empty() {
        return;
    }
    let roles = cx.survey.referents(binding);
    let rules = || roles.iter().flat_map(|role| &role.rules);
    let own = roles.iter().any(|role| builtin::is_own_role(role) || role.aggregation.is_some());
    if own || rules().next().is_none() || !rules().all(is_named_in_namespace) {
        return;
    }
    let message = format!(
        "`{}` is about named objects of namespaces, and this gives it in every namespace",
        binding.role_ref.name
    );
    let place = roles.first().map(|role| role.meta.name.span);
    let finding = cx.report(binding.kind_span, message);
    finding.help("bind it with a RoleBinding in the namespace of these objects");
    if let Some(place) = place {
        finding.label(place, "the role");
    }
}

/// True if every resource of the rule is one of Kubernetes, lies in namespaces, and is named.
fn is_named_in_namespace(rule: &RbacRule) -> bool {
    let namespaced = |name: &str| served(rule, name).is_some_and(|known| known.resource.is_namespaced());
    !rule.resource_names.is_empty()
        && !rule.resources.is_empty()
        && rule.resources.iter().all(|resource| namespaced(resource.as_str()))
}
