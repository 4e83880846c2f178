//! The resources that every API server serves, with the verbs that can reach them.
//!
//! Only groups of Kubernetes itself are known: what custom resources and aggregated servers add is their own affair.
//! The core group cannot be added to.
//!
//! Source: the discovery documents of kubernetes 1.33, `pkg/registry/*/rest`; groups that older versions served as well.

/// A resource or subresource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resource {
    /// Name, a subresource behind a slash.
    pub name: &'static str,
    /// Groups that serve it, older ones included.
    pub groups: &'static [&'static str],
    /// Its objects belong to namespaces.
    pub namespaced: bool,
    /// The verbs that it serves; empty for those of every stored object.
    verbs: &'static [&'static str],
}

impl Resource {
    /// True if a request with the verb reaches it. Verbs that only authorization knows (`use`, `bind`, `approve`) count.
    pub fn serves(&self, verb: &str) -> bool {
        verb == "*" || self.verbs.is_empty() || self.verbs.contains(&verb)
    }
}

/// The resource of this name that one of the groups serves.
pub fn served_by<'a>(name: &str, mut groups: impl Iterator<Item = &'a str>) -> Option<&'static Resource> {
    groups.find_map(|group| RESOURCES.iter().find(|it| it.name == name && it.groups.contains(&group)))
}

/// Every resource of this name, whatever its group.
pub fn named(name: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |it| it.name == name)
}

/// True for a group of Kubernetes itself, of which all resources are known.
pub fn is_known_group(group: &str) -> bool {
    GROUPS.contains(&group)
}

/// The names of the core group's resources.
pub fn core() -> impl Iterator<Item = &'static str> {
    RESOURCES.iter().filter(|it| it.groups.contains(&"")).map(|it| it.name)
}

/// Groups all of whose top-level resources stand in the table.
const GROUPS: &[&str] =
    &["", "apps", "batch", "rbac.authorization.k8s.io", "authentication.k8s.io", "authorization.k8s.io"];

/// Verbs of stored objects.
const STORED: &[&str] = &[];
const STATUS: &[&str] = &["get", "update", "patch"];
const CREATE: &[&str] = &["create"];
const READ: &[&str] = &["get"];
const CONNECT: &[&str] = &["get", "create"];

const fn of(
    name: &'static str,
    groups: &'static [&'static str],
    namespaced: bool,
    verbs: &'static [&'static str],
) -> Resource {
    Resource { name, groups, namespaced, verbs }
}

const CORE: &[&str] = &[""];
const APPS: &[&str] = &["apps", "extensions"];
const BATCH: &[&str] = &["batch"];
const RBAC: &[&str] = &["rbac.authorization.k8s.io"];
const AUTHENTICATION: &[&str] = &["authentication.k8s.io"];
const AUTHORIZATION: &[&str] = &["authorization.k8s.io"];

static RESOURCES: &[Resource] = &[
    // The built-in role `view` reads them, although they can only be made.
    of("bindings", CORE, true, STORED),
    of("componentstatuses", CORE, false, &["get", "list"]),
    of("configmaps", CORE, true, STORED),
    of("endpoints", CORE, true, STORED),
    of("events", &["", "events.k8s.io"], true, STORED),
    of("limitranges", CORE, true, STORED),
    of("namespaces", CORE, false, STORED),
    of("namespaces/finalize", CORE, false, &["update"]),
    of("namespaces/status", CORE, false, STATUS),
    of("nodes", CORE, false, STORED),
    of("nodes/checkpoint", CORE, false, STORED),
    of("nodes/configz", CORE, false, STORED),
    of("nodes/healthz", CORE, false, STORED),
    of("nodes/log", CORE, false, STORED),
    of("nodes/metrics", CORE, false, STORED),
    of("nodes/pods", CORE, false, STORED),
    of("nodes/proxy", CORE, false, STORED),
    of("nodes/runningpods", CORE, false, STORED),
    of("nodes/spec", CORE, false, STORED),
    of("nodes/stats", CORE, false, STORED),
    of("nodes/status", CORE, false, STATUS),
    of("persistentvolumeclaims", CORE, true, STORED),
    of("persistentvolumeclaims/status", CORE, true, STATUS),
    of("persistentvolumes", CORE, false, STORED),
    of("persistentvolumes/status", CORE, false, STATUS),
    of("pods", CORE, true, STORED),
    of("pods/attach", CORE, true, CONNECT),
    of("pods/binding", CORE, true, CREATE),
    of("pods/ephemeralcontainers", CORE, true, STATUS),
    of("pods/eviction", CORE, true, CREATE),
    of("pods/exec", CORE, true, CONNECT),
    of("pods/log", CORE, true, READ),
    of("pods/portforward", CORE, true, CONNECT),
    of("pods/proxy", CORE, true, STORED),
    of("pods/resize", CORE, true, STATUS),
    of("pods/status", CORE, true, STATUS),
    of("podtemplates", CORE, true, STORED),
    of("replicationcontrollers", CORE, true, STORED),
    of("replicationcontrollers/scale", CORE, true, STATUS),
    of("replicationcontrollers/status", CORE, true, STATUS),
    of("resourcequotas", CORE, true, STORED),
    of("resourcequotas/status", CORE, true, STATUS),
    of("secrets", CORE, true, STORED),
    of("serviceaccounts", CORE, true, STORED),
    of("serviceaccounts/token", CORE, true, CREATE),
    of("services", CORE, true, STORED),
    of("services/proxy", CORE, true, STORED),
    of("services/status", CORE, true, STATUS),
    of("users", CORE, false, STORED),
    of("groups", CORE, false, STORED),
    of("controllerrevisions", &["apps"], true, STORED),
    of("daemonsets", APPS, true, STORED),
    of("daemonsets/status", APPS, true, STATUS),
    of("deployments", APPS, true, STORED),
    of("deployments/rollback", APPS, true, CREATE),
    of("deployments/scale", APPS, true, STATUS),
    of("deployments/status", APPS, true, STATUS),
    of("replicasets", APPS, true, STORED),
    of("replicasets/scale", APPS, true, STATUS),
    of("replicasets/status", APPS, true, STATUS),
    of("statefulsets", &["apps"], true, STORED),
    of("statefulsets/scale", &["apps"], true, STATUS),
    of("statefulsets/status", &["apps"], true, STATUS),
    of("cronjobs", BATCH, true, STORED),
    of("cronjobs/status", BATCH, true, STATUS),
    of("jobs", &["batch", "extensions"], true, STORED),
    of("jobs/status", &["batch", "extensions"], true, STATUS),
    of("clusterrolebindings", RBAC, false, STORED),
    of("clusterroles", RBAC, false, STORED),
    of("rolebindings", RBAC, true, STORED),
    of("roles", RBAC, true, STORED),
    of("selfsubjectreviews", AUTHENTICATION, false, CREATE),
    of("tokenreviews", AUTHENTICATION, false, CREATE),
    of("uids", AUTHENTICATION, false, &["impersonate"]),
    of("localsubjectaccessreviews", AUTHORIZATION, true, CREATE),
    of("selfsubjectaccessreviews", AUTHORIZATION, false, CREATE),
    of("selfsubjectrulesreviews", AUTHORIZATION, false, CREATE),
    of("subjectaccessreviews", AUTHORIZATION, false, CREATE),
    of("ingresses", &["networking.k8s.io", "extensions"], true, STORED),
    of("ingresses/status", &["networking.k8s.io", "extensions"], true, STATUS),
    of("ingressclasses", &["networking.k8s.io"], false, STORED),
    of("networkpolicies", &["networking.k8s.io", "extensions"], true, STORED),
    of("horizontalpodautoscalers", &["autoscaling", "extensions"], true, STORED),
    of("horizontalpodautoscalers/status", &["autoscaling", "extensions"], true, STATUS),
    of("poddisruptionbudgets", &["policy"], true, STORED),
    of("podsecuritypolicies", &["policy", "extensions"], false, STORED),
    of("leases", &["coordination.k8s.io"], true, STORED),
    of("endpointslices", &["discovery.k8s.io"], true, STORED),
    of("storageclasses", &["storage.k8s.io"], false, STORED),
    of("volumeattachments", &["storage.k8s.io"], false, STORED),
    of("csidrivers", &["storage.k8s.io"], false, STORED),
    of("csinodes", &["storage.k8s.io"], false, STORED),
    of("priorityclasses", &["scheduling.k8s.io"], false, STORED),
    of("runtimeclasses", &["node.k8s.io"], false, STORED),
    of("customresourcedefinitions", &["apiextensions.k8s.io"], false, STORED),
    of("customresourcedefinitions/status", &["apiextensions.k8s.io"], false, STATUS),
    of("apiservices", &["apiregistration.k8s.io"], false, STORED),
    of("mutatingwebhookconfigurations", &["admissionregistration.k8s.io"], false, STORED),
    of("validatingwebhookconfigurations", &["admissionregistration.k8s.io"], false, STORED),
    of("certificatesigningrequests", &["certificates.k8s.io"], false, STORED),
    of("certificatesigningrequests/approval", &["certificates.k8s.io"], false, STATUS),
    of("certificatesigningrequests/status", &["certificates.k8s.io"], false, STATUS),
];
