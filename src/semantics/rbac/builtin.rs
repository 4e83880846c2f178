//! What every cluster has from the start.
//!
//! Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy`.

use super::bootstrap;
use super::powers::{self, Power};
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};

/// ClusterRoles that the API server makes at its start, without those of single controllers.
pub const CLUSTER_ROLES: &[&str] = &[
    "admin",
    "cluster-admin",
    "edit",
    "system:aggregate-to-admin",
    "system:aggregate-to-edit",
    "system:aggregate-to-view",
    "system:auth-delegator",
    "system:basic-user",
    "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
    "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
    "system:certificates.k8s.io:kube-apiserver-client-approver",
    "system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
    "system:certificates.k8s.io:kubelet-serving-approver",
    "system:certificates.k8s.io:legacy-unknown-approver",
    "system:discovery",
    "system:heapster",
    "system:kube-aggregator",
    "system:kube-controller-manager",
    "system:kube-dns",
    "system:kube-scheduler",
    "system:kubelet-api-admin",
    "system:monitoring",
    "system:node",
    "system:node-bootstrapper",
    "system:node-problem-detector",
    "system:node-proxier",
    "system:persistent-volume-provisioner",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "system:volume-scheduler",
    "view",
];

/// Roles that the API server makes at its start, all in `kube-system` or `kube-public`.
pub const ROLES: &[&str] = &[
    "extension-apiserver-authentication-reader",
    "system::leader-locking-kube-controller-manager",
    "system::leader-locking-kube-scheduler",
    "system:controller:bootstrap-signer",
    "system:controller:cloud-provider",
    "system:controller:token-cleaner",
];

/// True if every cluster has a role of this kind and name. Names with the reserved prefix `system:` and those of
/// kubeadm count too: distributions add to them.
pub fn has_role(kind: RbacRoleKind, name: &str) -> bool {
    let reserved = name.starts_with("system:") || name.starts_with("kubeadm:");
    reserved
        || match kind {
            RbacRoleKind::ClusterRole => CLUSTER_ROLES.contains(&name),
            RbacRoleKind::Role => ROLES.contains(&name),
        }
}

/// True for a role of Kubernetes' own, as a dump of a cluster shows it.
pub fn is_own_role(role: &RbacRole) -> bool {
    let known = match role.kind {
        RbacRoleKind::ClusterRole => CLUSTER_ROLES.contains(&role.meta.name.as_str()),
        RbacRoleKind::Role => ROLES.contains(&role.meta.name.as_str()),
    };
    known || has_bootstrap_label(&role.meta)
}

/// True for a binding of Kubernetes' own.
pub fn is_own_binding(binding: &Binding) -> bool {
    has_bootstrap_label(&binding.meta)
}

/// The built-in roles whose rules this one adds to by its labels: `admin`, `edit`, `view`.
pub fn extended_by(role: &RbacRole) -> impl Iterator<Item = &'static str> + '_ {
    const LABELS: [(&str, &str); 3] = [
        ("rbac.authorization.k8s.io/aggregate-to-view", "view"),
        ("rbac.authorization.k8s.io/aggregate-to-edit", "edit"),
        ("rbac.authorization.k8s.io/aggregate-to-admin", "admin"),
    ];
    let is_set =
        |label: &str| role.kind == RbacRoleKind::ClusterRole && role.meta.label(label) == Some("true");
    LABELS.into_iter().filter(move |(label, _)| is_set(label)).map(|(_, into)| into)
}

/// True if the built-in role `admin`, `edit` or `view` gives the power anyway.
pub fn gives(into: &str, power: &Power) -> bool {
    // `edit` may act as service accounts, which is not to act as anybody.
    *power != powers::IMPERSONATE
        && bootstrap::rules_of(into).iter().any(|rule| powers::given_by(rule, power, true).is_some())
}

fn has_bootstrap_label(meta: &ObjectMeta) -> bool {
    meta.label("kubernetes.io/bootstrapping") == Some("rbac-defaults")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_built_in_roles_give() {
        for (into, power, wanted) in [
            ("view", &powers::POD_LOGS, true),
            ("view", &powers::SECRETS_READ, false),
            ("edit", &powers::SECRETS_READ, true),
            ("edit", &powers::POD_EXEC, true),
            ("edit", &powers::TOKEN_REQUEST, true),
            ("edit", &powers::LEASE_WRITE, true),
            ("edit", &powers::IMPERSONATE, false),
            ("edit", &powers::RBAC_WRITE, false),
            ("admin", &powers::RBAC_WRITE, true),
            ("admin", &powers::EVICTION, true),
            ("admin", &powers::NODES_PROXY, false),
            ("nobody", &powers::POD_LOGS, false),
        ] {
            assert_eq!(gives(into, power), wanted, "{into}: {}", power.does);
        }
    }
}
