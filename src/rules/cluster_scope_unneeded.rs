//! # What it finds
//! A ClusterRoleBinding, for service accounts, of a ClusterRole that is about objects in namespaces and that neither lists nor
//! watches any of them.
//!
//! # Why it matters
//! It gives the access in every namespace, those to come included. Who does not list has to know the objects by name: they are
//! mostly in one namespace, where a RoleBinding is enough.
//!
//! # How to fix it
//! Bind the role with a RoleBinding in each namespace that is meant.
//!
//! # Limits
//! A role with a right that leads on to others is reported for that, with how far it reaches.
//! A role that lists or watches is one of a controller that looks after all namespaces, and is not reported. Judged are resources
//! of Kubernetes itself.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::served;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-scope-unneeded",
    summary: "a role for every namespace that knows its objects by name",
    category: Category::Style,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("cluster_scope_unneeded.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let to_cluster_role = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole);
    let accounts = binding.subjects.iter().all(|subject| subject.kind.value == "ServiceAccount");
    if !binding.cluster_wide || !to_cluster_role || !accounts || binding.subjects.is_empty() {
        return;
    }
    let roles = cx.survey.referents(binding);
    let rules = || roles.iter().flat_map(|role| &role.rules);
    let own = roles.iter().any(|role| builtin::is_own_role(role) || role.aggregation.is_some());
    if own || rules().next().is_none() || !rules().all(is_about_known_objects) {
        return;
    }
    // A right that leads on is reported with how far it reaches.
    let grants = cx.survey.grants();
    if roles.iter().any(|role| grants.of_role(role).any(|grant| !grant.is_named)) {
        return;
    }
    let message =
        format!("`{}` never lists or watches, yet this gives it in every namespace", binding.role_ref.name);
    let place = roles.first().map(|role| role.meta.name.span);
    let finding = cx.report(binding.kind_span, message);
    finding.help("bind it with a RoleBinding in each namespace that it works in");
    if let Some(place) = place {
        finding.label(place, "the role");
    }
}

/// True if every resource of the rule is one of Kubernetes, lies in namespaces, and is named or never listed.
fn is_about_known_objects(rule: &RbacRule) -> bool {
    let namespaced = |name: &str| served(rule, name).is_some_and(|known| known.resource.is_namespaced());
    let lists = |verb: &str| matches!(verb, "list" | "watch" | "deletecollection" | "*");
    let known = !rule.resource_names.is_empty() || !rule.verbs.iter().any(|verb| lists(verb.as_str()));
    known && !rule.resources.is_empty() && rule.resources.iter().all(|resource| namespaced(resource.as_str()))
}
