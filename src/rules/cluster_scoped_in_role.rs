//! # What it finds
//! Resources that belong to no namespace, such as `nodes`, in a Role, or in a ClusterRole that only RoleBindings give.
//!
//! # Why it matters
//! What a binding in a namespace gives holds in that namespace: on these resources it gives nothing.
//!
//! A ClusterRole is a note: others may bind it in the whole cluster.
//!
//! # How to fix it
//! Put them into a ClusterRole, and bind that with a ClusterRoleBinding.
//!
//! # Limits
//! A Namespace object can be read and changed through a Role in that namespace. A RoleBinding for token reviews is reported as
//! `token-review-namespaced`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::resource::Entry;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::Reach;
use crate::semantics::rbac::served::served;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-scoped-in-role",
    summary: "resources of the whole cluster, given in a namespace",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("cluster_scoped_in_role.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in &role.rules {
        let found: Vec<&Spanned<String>> = rule
            .resources
            .iter()
            .filter(|resource| is_without_effect(role, rule, resource.as_str(), cx))
            .collect();
        let Some(first) = found.first() else { continue };
        if rule.api_groups.iter().any(|group| group.value == "*") || builtin::is_own_role(role) {
            continue;
        }
        let names: Vec<String> = found.iter().map(|resource| format!("`{resource}`")).collect();
        let (names, belong) = (names.join(", "), if found.len() == 1 { "belongs" } else { "belong" });
        if found.iter().all(|resource| resource.value.starts_with("selfsubject")) {
            cx.report(
                first.span,
                format!("everybody may ask for {names} anyway, and a binding in a namespace cannot give it"),
            )
            .severity(Severity::Note)
            .help("leave it out");
            continue;
        }
        if role.kind == RbacRoleKind::Role {
            cx.report(first.span, format!("a Role cannot allow {names}, which {belong} to no namespace"))
                .help("put it into a ClusterRole, and bind that with a ClusterRoleBinding");
            continue;
        }
        let Reach::Namespaces(given) = cx.survey.reach(role) else { continue };
        let message = format!("only RoleBindings give this, and {names} {belong} to no namespace");
        let finding = cx.report(first.span, message).severity(Severity::Note);
        if let Some(binding) = given.bindings.first() {
            finding.label(binding.role_ref.span, "gives nothing on it");
        }
        finding.help("bind it with a ClusterRoleBinding, or leave it out");
    }
}

fn is_without_effect(role: &RbacRole, rule: &RbacRule, name: &str, cx: &Context<'_>) -> bool {
    let known = served(rule, name).filter(|known| !known.resource.is_namespaced());
    known.is_some_and(|known| !applies_in_namespace(role, rule, known, cx))
}

/// True if a Role can allow it all the same, or another finding speaks of it.
fn applies_in_namespace(role: &RbacRole, rule: &RbacRule, known: Entry, cx: &Context<'_>) -> bool {
    // In the namespace of its own name, a Namespace object can be read and changed.
    let own = ["get", "update", "patch", "delete", "*"];
    let namespace =
        known.resource.name == "namespaces" && rule.verbs.iter().any(|verb| own.contains(&verb.as_str()));
    // A RoleBinding is asked about `bind` and `escalate` on the ClusterRoles that it refers to.
    let binds = known.resource.name == "clusterroles" && rule.verbs.iter().any(|verb| verb.value == "bind");
    let reviews = matches!(known.resource.name, "tokenreviews" | "subjectaccessreviews");
    let is_bound = || cx.project.bindings_to(role.kind, role.meta.name.as_str()).next().is_some();
    let serves = rule.verbs.iter().any(|verb| known.serves(verb.as_str()));
    // Pod Security Policies were looked up with the namespace of the pod.
    let uses =
        known.resource.name == "podsecuritypolicies" && rule.verbs.iter().any(|verb| verb.value == "use");
    namespace || binds || uses || !serves || (reviews && is_bound())
}
