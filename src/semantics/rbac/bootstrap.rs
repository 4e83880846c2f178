//! The roles and bindings of every cluster whose rules are the same everywhere, as objects.
//!
//! `system:node` and the roles of the control plane and of controllers are not among them: their rules differ between
//! versions and feature gates. Rules that only later versions have for certain are marked in the text. To `admin`, `edit`
//! and `view` installed extensions add rules for their own resources.
//!
//! Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata` (`cluster-roles.yaml`,
//! `cluster-roles-featuregates.yaml`, `namespace-roles.yaml`, `cluster-role-bindings.yaml`), 1.25 to 1.34.

use std::sync::OnceLock;

use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::lower::{self, Lowered};
use crate::model::project::Settings;
use crate::syntax::{Source, SourceId};

/// The source of these objects: no text of the inputs has this id.
pub const BUILT_IN: SourceId = SourceId(u32::MAX);

/// The roles that clusters of this minor version of Kubernetes 1 have for certain; nothing for any supported version.
pub fn roles(minor: Option<u8>) -> &'static [RbacRole] {
    &objects(minor).rbac_roles
}

/// The roles of the newest version that is known.
pub fn newest_roles() -> &'static [RbacRole] {
    roles(Some(u8::MAX))
}

/// The bindings of these roles to the groups that everybody is in.
pub fn bindings() -> &'static [Binding] {
    &objects(None).bindings
}

/// True if the role is one of these and extensions add rules to it: `admin`, `edit`, `view`.
pub fn is_extended(role: &RbacRole) -> bool {
    role.meta.span.source == BUILT_IN && !role.aggregation_selectors.is_empty()
}

/// The rules of a ClusterRole of the newest version, with those of the roles that make it up.
pub fn rules_of(name: &str) -> Vec<&'static RbacRule> {
    let Some(role) = newest_roles().iter().find(|role| role.meta.name.value == name) else {
        return Vec::new();
    };
    let taken_in =
        |part: &&RbacRole| role.aggregation_selectors.iter().any(|selector| selector.selects(&part.meta));
    let parts = newest_roles().iter().filter(taken_in);
    role.rules.iter().chain(parts.flat_map(|part| rules_of(&part.meta.name.value))).collect()
}

/// The minor versions that are marked in the text.
const STEPS: [u8; 2] = [31, 34];

fn objects(minor: Option<u8>) -> &'static Lowered {
    static OBJECTS: [OnceLock<Lowered>; STEPS.len() + 1] = [const { OnceLock::new() }; STEPS.len() + 1];
    static NONE: OnceLock<Lowered> = OnceLock::new();
    let step = STEPS.iter().filter(|step| minor.is_some_and(|minor| minor >= **step)).count();
    OBJECTS.get(step).unwrap_or(&NONE).get_or_init(|| {
        let later: Vec<String> = STEPS.iter().skip(step).map(|minor| format!("# since 1.{minor}")).collect();
        let is_there = |line: &&str| !later.iter().any(|mark| line.ends_with(mark.as_str()));
        let text: Vec<&str> = TEXT.lines().filter(is_there).collect();
        let name = "bootstrap.yaml".to_owned();
        let source = Source { id: BUILT_IN, name, text: text.join("\n"), bom: false };
        lower::file(&source, &Settings::default())
    })
}

const TEXT: &str = include_str!("bootstrap.yaml");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::semantics::authorizer::{Cluster, Query};
    use crate::semantics::rbac::{Request, builtin};

    #[test]
    fn every_role_is_read_and_known_by_name() {
        for minor in [None, Some(25), Some(31), Some(33), Some(34), Some(u8::MAX)] {
            let read = objects(minor);
            assert!(read.syntax_errors.is_empty() && read.malformed.is_empty(), "{minor:?}");
            assert_eq!((read.rbac_roles.len(), read.bindings.len()), (26, 5), "{minor:?}");
            for role in &read.rbac_roles {
                assert!(builtin::is_own_role(role), "{}", role.meta.name);
                assert!(role.rules.iter().all(|rule| !rule.verbs.is_empty()), "{}", role.meta.name);
            }
        }
        let marks = TEXT.lines().filter(|line| line.contains('#'));
        for line in marks {
            assert!(STEPS.iter().any(|step| line.ends_with(&format!("# since 1.{step}"))), "{line}");
        }
    }

    #[test]
    fn what_user_facing_roles_allow() {
        let rbac = "rbac.authorization.k8s.io";
        // Allowed to view, edit, admin.
        for (minor, verb, group, resource, wanted) in [
            (None, "get", "", "pods", [true, true, true]),
            (None, "get", "", "pods/log", [true, true, true]),
            (None, "create", "", "pods", [false, true, true]),
            (None, "create", "", "pods/exec", [false, true, true]),
            (None, "create", "", "pods/eviction", [false, true, true]),
            (None, "patch", "", "pods/ephemeralcontainers", [false, false, false]),
            (None, "get", "", "secrets", [false, true, true]),
            (None, "get", "", "configmaps", [true, true, true]),
            (None, "get", "", "endpoints", [true, true, true]),
            (None, "update", "", "endpoints", [false, false, false]),
            (None, "impersonate", "", "serviceaccounts", [false, true, true]),
            (None, "create", "", "serviceaccounts/token", [false, true, true]),
            (None, "update", "", "resourcequotas", [false, false, false]),
            (None, "get", "", "nodes", [false, false, false]),
            (None, "update", "", "namespaces", [false, false, false]),
            (None, "update", "apps", "deployments/scale", [false, true, true]),
            (None, "get", "discovery.k8s.io", "endpointslices", [true, true, true]),
            (None, "get", "metrics.k8s.io", "pods", [false, false, false]),
            (None, "get", rbac, "roles", [false, false, true]),
            (None, "bind", rbac, "roles", [false, false, false]),
            (None, "create", rbac, "rolebindings", [false, false, true]),
            (None, "create", "authorization.k8s.io", "localsubjectaccessreviews", [false, false, true]),
            (None, "get", "coordination.k8s.io", "leases", [false, false, false]),
            (Some(30), "get", "coordination.k8s.io", "leases", [false, false, false]),
            (Some(33), "get", "coordination.k8s.io", "leases", [false, true, true]),
            (Some(33), "get", "resource.k8s.io", "resourceclaims", [false, false, false]),
            (Some(34), "get", "resource.k8s.io", "resourceclaims", [true, true, true]),
            (Some(34), "create", "resource.k8s.io", "resourceclaims", [false, true, true]),
        ] {
            let cluster = Cluster::settled(roles(minor), bindings());
            let request = Request { verb, group, resource, name: None };
            let query = Query::Resource { request, namespace: Some("shop") };
            let allowed = ["view", "edit", "admin"].map(|role| cluster.allows(role, &query));
            assert_eq!(allowed, wanted, "{verb} {group}/{resource} in {minor:?}");
            assert!(cluster.allows("cluster-admin", &query));
        }
    }
}
