//! # What it finds
//! A role or binding of one's own under a name that Kubernetes keeps for itself: one of its built-in roles, or the prefix
//! `system:`.
//!
//! # Why it matters
//! At every start the API server puts the rules of its own roles back, so that a changed `view` or `edit` grows its rights
//! again. A role of one's own that starts with `system:` is passed over by most tools, and by people, as part of the system.
//!
//! A mere prefix is a note.
//!
//! # How to fix it
//! Give it a name of its own. To add rights to `admin`, `edit` or `view`, label a ClusterRole with
//! `rbac.authorization.k8s.io/aggregate-to-edit: "true"` and its like.
//!
//! # Limits
//! Objects that carry the label `kubernetes.io/bootstrapping: rbac-defaults` are those of Kubernetes, and so are files that hold
//! several built-in roles: dumps of a cluster.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "reserved-role-name",
    summary: "a role under a name that Kubernetes keeps for itself",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("reserved_role_name.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    let name = role.meta.name.as_str();
    let bootstrap = role.meta.label("kubernetes.io/bootstrapping") == Some("rbac-defaults");
    if bootstrap || !(name.starts_with("system:") || is_built_in(role)) {
        return;
    }
    let source = role.meta.span.source;
    let own = |other: &&RbacRole| other.meta.span.source == source && is_built_in(other);
    if is_built_in(role) {
        if cx.project.rbac_roles.iter().filter(own).take(3).count() == 3 {
            return;
        }
        let words = role_words(role);
        cx.report(role.meta.name.span, format!("{words} is one of Kubernetes' own"))
            .help("give it a name of its own: the API server puts the built-in rules back at every start");
        return;
    }
    cx.report(
        role.meta.name.span,
        format!("`{name}` starts with `system:`, which Kubernetes keeps for itself"),
    )
    .severity(Severity::Note)
    .help("give it a name without that prefix");
}

fn is_built_in(role: &RbacRole) -> bool {
    match role.kind {
        RbacRoleKind::ClusterRole => builtin::CLUSTER_ROLES.contains(&role.meta.name.as_str()),
        RbacRoleKind::Role => builtin::ROLES.contains(&role.meta.name.as_str()),
    }
}
