//! # What it finds
//! `kubernetes_role_name` of a role of the Kubernetes secrets engine that is, among the inputs or in every cluster, a
//! role of the other kind than `kubernetes_role_type` says. Unless it is set, that is `Role`.
//!
//! # Why it matters
//! Vault makes a binding to a role that does not exist: credentials are issued, and allow nothing.
//!
//! # How to fix it
//! Set `kubernetes_role_type`.
//!
//! # Limits
//! Silent where neither kind is known under this name.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::generated_rules;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kubernetes-role-kind-mismatch",
    summary: "a secrets role that names an RBAC role of the other kind",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("kubernetes_role_kind_mismatch.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.secrets_roles {
        look(role, cx);
    }
}

fn look(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(name) = role.fields.text("kubernetes_role_name").filter(|name| !name.value.is_empty()) else {
        return;
    };
    let kind = generated_rules::role_kind(role);
    let other = match kind {
        RbacRoleKind::Role => RbacRoleKind::ClusterRole,
        RbacRoleKind::ClusterRole => RbacRoleKind::Role,
    };
    let project = cx.project;
    let exists = |kind: RbacRoleKind| project.rbac_roles_called(kind, name.value).next();
    let built_in = kind == RbacRoleKind::Role && builtin::CLUSTER_ROLES.contains(&name.value);
    let found = exists(other);
    if exists(kind).is_some() || !(built_in || found.is_some()) {
        return;
    }
    let written = role.fields.text("kubernetes_role_type");
    let place = written.and_then(|word| project.sources.verbatim(&word.map(str::to_owned)));
    let message = format!(
        "`{}` is a {}, not a {}: the binding that is made grants nothing",
        name.value,
        other.word(),
        kind.word()
    );
    let finding = cx.report(name.span, message).help(format!("set `kubernetes_role_type: {}`", other.word()));
    if let Some(found) = found {
        finding.label(found.meta.name.span, format!("the {}", other.word()));
    }
    if let Some(place) = place {
        finding.unsafe_fix(format!("write `{}`", other.word()), vec![Edit::replace(place, other.word())]);
    }
}
