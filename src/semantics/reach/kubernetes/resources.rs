//! Resources that every cluster has: their names, short names, groups, and whether they live in namespaces.

/// A resource of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resource {
    /// Plural, as in RBAC rules.
    pub(super) name: &'static str,
    /// API group, `""` for the core group.
    pub(super) group: &'static str,
    /// Singular and short names.
    pub(super) aliases: &'static [&'static str],
    /// Its objects live in namespaces.
    pub(super) namespaced: bool,
}

/// The resource of this name, singular or short name; of this group, if one is given.
pub(super) fn named(name: &str, group: Option<&str>) -> Option<Resource> {
    let name = name.to_lowercase();
    RESOURCES.iter().copied().find(|resource| {
        (resource.name == name || resource.aliases.contains(&name.as_str()))
            && group.is_none_or(|group| group == resource.group)
    })
}

/// True if this is a part of resources and no object's name.
pub(super) fn is_subresource(word: &str) -> bool {
    SUBRESOURCES.contains(&word)
}

const SUBRESOURCES: [&str; 14] = [
    "approval",
    "attach",
    "binding",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "finalize",
    "log",
    "portforward",
    "proxy",
    "resize",
    "scale",
    "status",
    "token",
];

const fn inside(name: &'static str, group: &'static str, aliases: &'static [&'static str]) -> Resource {
    Resource { name, group, aliases, namespaced: true }
}

const fn outside(name: &'static str, group: &'static str, aliases: &'static [&'static str]) -> Resource {
    Resource { name, group, aliases, namespaced: false }
}

const RBAC: &str = "rbac.authorization.k8s.io";

const RESOURCES: &[Resource] = &[
    inside("configmaps", "", &["configmap", "cm"]),
    inside("endpoints", "", &["ep"]),
    inside("events", "", &["event", "ev"]),
    inside("limitranges", "", &["limitrange", "limits"]),
    inside("persistentvolumeclaims", "", &["persistentvolumeclaim", "pvc"]),
    inside("pods", "", &["pod", "po"]),
    inside("podtemplates", "", &["podtemplate"]),
    inside("replicationcontrollers", "", &["replicationcontroller", "rc"]),
    inside("resourcequotas", "", &["resourcequota", "quota"]),
    inside("secrets", "", &["secret"]),
    inside("serviceaccounts", "", &["serviceaccount", "sa"]),
    inside("services", "", &["service", "svc"]),
    outside("componentstatuses", "", &["componentstatus", "cs"]),
    outside("namespaces", "", &["namespace", "ns"]),
    outside("nodes", "", &["node", "no"]),
    outside("persistentvolumes", "", &["persistentvolume", "pv"]),
    inside("controllerrevisions", "apps", &["controllerrevision"]),
    inside("daemonsets", "apps", &["daemonset", "ds"]),
    inside("deployments", "apps", &["deployment", "deploy"]),
    inside("replicasets", "apps", &["replicaset", "rs"]),
    inside("statefulsets", "apps", &["statefulset", "sts"]),
    inside("cronjobs", "batch", &["cronjob", "cj"]),
    inside("jobs", "batch", &["job"]),
    inside("horizontalpodautoscalers", "autoscaling", &["horizontalpodautoscaler", "hpa"]),
    inside("ingresses", "networking.k8s.io", &["ingress", "ing"]),
    inside("networkpolicies", "networking.k8s.io", &["networkpolicy", "netpol"]),
    outside("ingressclasses", "networking.k8s.io", &["ingressclass"]),
    inside("poddisruptionbudgets", "policy", &["poddisruptionbudget", "pdb"]),
    inside("endpointslices", "discovery.k8s.io", &["endpointslice"]),
    inside("leases", "coordination.k8s.io", &["lease"]),
    inside("roles", RBAC, &["role"]),
    inside("rolebindings", RBAC, &["rolebinding"]),
    outside("clusterroles", RBAC, &["clusterrole"]),
    outside("clusterrolebindings", RBAC, &["clusterrolebinding"]),
    outside("tokenreviews", "authentication.k8s.io", &["tokenreview"]),
    outside("selfsubjectreviews", "authentication.k8s.io", &["selfsubjectreview"]),
    inside("localsubjectaccessreviews", "authorization.k8s.io", &["localsubjectaccessreview"]),
    outside("selfsubjectaccessreviews", "authorization.k8s.io", &["selfsubjectaccessreview"]),
    outside("selfsubjectrulesreviews", "authorization.k8s.io", &["selfsubjectrulesreview"]),
    outside("subjectaccessreviews", "authorization.k8s.io", &["subjectaccessreview"]),
    outside("certificatesigningrequests", "certificates.k8s.io", &["certificatesigningrequest", "csr"]),
    outside(
        "customresourcedefinitions",
        "apiextensions.k8s.io",
        &["customresourcedefinition", "crd", "crds"],
    ),
    outside("apiservices", "apiregistration.k8s.io", &["apiservice"]),
    outside(
        "mutatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        &["mutatingwebhookconfiguration"],
    ),
    outside(
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        &["validatingwebhookconfiguration"],
    ),
    outside("priorityclasses", "scheduling.k8s.io", &["priorityclass", "pc"]),
    outside("storageclasses", "storage.k8s.io", &["storageclass", "sc"]),
    outside("volumeattachments", "storage.k8s.io", &["volumeattachment"]),
];
