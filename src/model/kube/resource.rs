//! The resources that every API server has: names, API groups, and which of them lie in namespaces.
//!
//! Source: `kubectl api-resources` of Kubernetes 1.33 and kubernetes `pkg/apis/*/v1/register.go`.

/// Whether objects of a resource lie in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each lies in one.
    Namespaced,
    /// They lie outside of all.
    Cluster,
}

/// The groups in which `resource` (without subresource) is found, with the scope it has there.
pub fn groups_of(resource: &str) -> impl Iterator<Item = (&'static str, Scope)> {
    TABLE.iter().filter_map(move |(group, namespaced, cluster)| {
        if namespaced.contains(&resource) {
            Some((*group, Scope::Namespaced))
        } else if cluster.contains(&resource) {
            Some((*group, Scope::Cluster))
        } else {
            None
        }
    })
}

/// True if every API server has this group; what it holds is known then.
pub fn is_built_in(group: &str) -> bool {
    TABLE.iter().any(|(known, ..)| *known == group)
}

/// All resources of a built-in group.
pub fn resources_of(group: &str) -> impl Iterator<Item = &'static str> {
    let rows = TABLE.iter().filter(move |(known, ..)| *known == group);
    rows.flat_map(|(_, namespaced, cluster)| namespaced.iter().chain(*cluster)).copied()
}

/// Verbs of requests for resources, those first that only some resources have.
pub const VERBS: [&str; 14] = [
    "impersonate",
    "bind",
    "escalate",
    "approve",
    "sign",
    "use",
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
];

/// Verbs of requests for paths outside the resource API: HTTP methods.
pub const URL_VERBS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

/// What may stand behind the slash of a resource of a built-in group.
pub const SUBRESOURCES: [&str; 20] = [
    "approval",
    "attach",
    "binding",
    "configz",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "finalize",
    "healthz",
    "log",
    "metrics",
    "pods",
    "portforward",
    "proxy",
    "resize",
    "scale",
    "spec",
    "stats",
    "status",
    "token",
];

/// A group, its namespaced resources, its others.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const TABLE: &[Row] = &[
    (
        "",
        &[
            "bindings",
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "persistentvolumeclaims",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        ],
        // Users and groups are no objects: one only impersonates them.
        &["componentstatuses", "namespaces", "nodes", "persistentvolumes", "users", "groups"],
    ),
    ("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"], &[]),
    ("batch", &["cronjobs", "jobs"], &[]),
    ("autoscaling", &["horizontalpodautoscalers"], &[]),
    ("policy", &["poddisruptionbudgets"], &[]),
    ("events.k8s.io", &["events"], &[]),
    ("coordination.k8s.io", &["leases", "leasecandidates"], &[]),
    ("discovery.k8s.io", &["endpointslices"], &[]),
    (
        "networking.k8s.io",
        &["ingresses", "networkpolicies"],
        &["ingressclasses", "ipaddresses", "servicecidrs"],
    ),
    ("rbac.authorization.k8s.io", &["roles", "rolebindings"], &["clusterroles", "clusterrolebindings"]),
    (
        "storage.k8s.io",
        &["csistoragecapacities"],
        &["csidrivers", "csinodes", "storageclasses", "volumeattachments", "volumeattributesclasses"],
    ),
    ("authentication.k8s.io", &[], &["tokenreviews", "selfsubjectreviews", "uids", "userextras"]),
    (
        "authorization.k8s.io",
        &["localsubjectaccessreviews"],
        &["subjectaccessreviews", "selfsubjectaccessreviews", "selfsubjectrulesreviews"],
    ),
    ("certificates.k8s.io", &[], &["certificatesigningrequests", "clustertrustbundles", "signers"]),
    ("apiextensions.k8s.io", &[], &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &[], &["apiservices"]),
    (
        "admissionregistration.k8s.io",
        &[],
        &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        ],
    ),
    ("scheduling.k8s.io", &[], &["priorityclasses"]),
    ("node.k8s.io", &[], &["runtimeclasses"]),
    ("flowcontrol.apiserver.k8s.io", &[], &["flowschemas", "prioritylevelconfigurations"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_scopes() {
        let of = |resource: &str| groups_of(resource).collect::<Vec<_>>();
        assert_eq!(of("secrets"), [("", Scope::Namespaced)]);
        assert_eq!(of("nodes"), [("", Scope::Cluster)]);
        assert_eq!(of("deployments"), [("apps", Scope::Namespaced)]);
        assert_eq!(of("events").len(), 2);
        assert_eq!(of("secret"), []);
        assert!(is_built_in("") && is_built_in("apps") && !is_built_in("example.com"));
        assert!(resources_of("batch").eq(["cronjobs", "jobs"]));
    }
}
