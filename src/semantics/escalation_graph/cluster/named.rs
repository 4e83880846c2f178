//! Roles by their names: those that can be bound, or that a secrets engine binds.

use std::collections::HashMap;
use std::sync::Arc;

use super::super::rights::{self, Kind, Names, Right};
use super::super::{Doubt, code};
use super::Scope;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::reach::Access;

/// A role of a name.
#[derive(Debug)]
pub(in super::super) struct Named {
    /// Where whoever is bound to it holds what it gives.
    pub(in super::super) scope: Scope,
    /// What it gives, with what aggregation adds to it.
    pub(in super::super) rights: Vec<Right>,
    /// What is not known of it.
    pub(in super::super) doubt: Option<Doubt>,
}

/// What was found out of roles: sort, whether a binding of the whole cluster gives it, where, and the name.
pub(in super::super) type Known = HashMap<(RbacRoleKind, bool, Scope, String), Arc<Vec<Named>>>;

/// The roles of a name that can be bound in `scope`: a Role of every namespace of that name, where it is the whole
/// cluster. None if neither an input nor every cluster has one.
pub(in super::super) fn roles(
    access: &Access<'_>,
    sort: RbacRoleKind,
    scope: &Scope,
    name: &str,
    cluster_wide: bool,
) -> Vec<Named> {
    let cluster = access.cluster();
    let named = |namespace: &str, scope: Scope| {
        let (role, rules) = cluster.role_called(sort, namespace, name)?;
        let rights = rights::of_rules(rules, cluster_wide);
        Some(Named { scope, rights, doubt: several(access, role, cluster_wide) })
    };
    match (sort, scope) {
        (RbacRoleKind::ClusterRole, _) => named("", scope.clone()).into_iter().collect(),
        (RbacRoleKind::Role, Scope::Namespace(namespace)) => {
            named(namespace, scope.clone()).into_iter().chain(adrift(access, name)).collect()
        }
        (RbacRoleKind::Role, Scope::Cluster) => {
            let namespaces = cluster.namespaces_with(name).into_iter().filter(|it| !it.is_empty());
            let known = namespaces.filter_map(|it| named(it, Scope::Namespace(it.to_owned())));
            known.chain(adrift(access, name)).collect()
        }
    }
}

/// A Role that goes wherever it is applied.
fn adrift(access: &Access<'_>, name: &str) -> Option<Named> {
    let (role, _) = access.cluster().role_called(RbacRoleKind::Role, "", name)?;
    let what = format!("the Role {} has no namespace: where it is applied is not known", code(name));
    let doubt = Some(Doubt { what, span: Some(role.meta.name.span) });
    Some(Named { scope: Scope::Namespace(String::new()), rights: Vec::new(), doubt })
}

/// That a role is defined in several ways that come to something else.
pub(super) fn several(access: &Access<'_>, role: &RbacRole, cluster_wide: bool) -> Option<Doubt> {
    let rights = |role: &RbacRole| -> Vec<(Kind, Names)> {
        let found = rights::of_rules(&role.rules, cluster_wide);
        found.into_iter().map(|right| (right.kind, right.names)).collect()
    };
    let all = access.definitions(role);
    let first = all.first().map(|role| rights(role));
    if all.iter().all(|other| Some(rights(other)) == first) {
        return None;
    }
    let what = format!(
        "the {} {} is defined more than once, and which one counts is not known",
        role.kind.word(),
        code(role.meta.name.as_str())
    );
    Some(Doubt { what, span: Some(role.meta.name.span) })
}
