//! The rows: one for each resource in each API group that serves it now, or served it last.
//!
//! Source: the discovery documents of Kubernetes 1.34 (`api/discovery`; those of 1.35 to 1.37 for what came later, of
//! older versions for what is gone), `pkg/kubelet/server/auth.go` for the parts of nodes, and for what only
//! authorization knows: `pkg/registry/rbac/escalation_check.go`, the filter `impersonation`, the approver and signer
//! of certificate requests, and the storage of ResourceClaims.

use super::{Resource, Scope, Subresource};

/// Groups of Kubernetes, sorted; false for those that no supported version serves any more.
pub(super) static GROUPS: &[(&str, bool)] = &[
    ("", true),
    ("admissionregistration.k8s.io", true),
    ("apiextensions.k8s.io", true),
    ("apiregistration.k8s.io", true),
    ("apps", true),
    ("auditregistration.k8s.io", false),
    ("authentication.k8s.io", true),
    ("authorization.k8s.io", true),
    ("autoscaling", true),
    ("batch", true),
    ("certificates.k8s.io", true),
    ("coordination.k8s.io", true),
    ("discovery.k8s.io", true),
    ("events.k8s.io", true),
    ("extensions", false),
    ("flowcontrol.apiserver.k8s.io", true),
    ("internal.apiserver.k8s.io", true),
    ("lifecycle.k8s.io", true),
    ("networking.k8s.io", true),
    ("node.k8s.io", true),
    ("policy", true),
    ("rbac.authorization.k8s.io", true),
    ("resource.k8s.io", true),
    ("scheduling.k8s.io", true),
    ("settings.k8s.io", false),
    ("storage.k8s.io", true),
    ("storagemigration.k8s.io", true),
];

/// Any stored object that serves `update` has this part for the owner references of others.
pub(super) static FINALIZERS: Subresource = part("finalizers", &["update"]);

/// Verbs of stored objects.
const STORED: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS: &[&str] = &["get", "patch", "update"];
const READ: &[&str] = &["get"];
const CREATE: &[&str] = &["create"];
/// Streams: `get` for WebSockets, `create` for SPDY.
const CONNECT: &[&str] = &["create", "get"];
/// One for each HTTP method.
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];
/// The kubelet's own API: one for each HTTP method.
const KUBELET: &[&str] = PROXY;
const IMPERSONATE: &[&str] = &["impersonate"];
/// What stands in for holding the rights that a role gives.
const GRANT: &[&str] = &["bind", "escalate"];
const NODE_AWARE: &[&str] =
    &["arbitrary-node:patch", "arbitrary-node:update", "associated-node:patch", "associated-node:update"];

const STATUS_ONLY: &[Subresource] = &[part("status", STATUS)];
const SCALE_AND_STATUS: &[Subresource] = &[part("scale", STATUS), part("status", STATUS)];

const fn part(name: &'static str, verbs: &'static [&'static str]) -> Subresource {
    Subresource { name, verbs }
}

const fn namespaced(name: &'static str, group: &'static str, kind: &'static str) -> Resource {
    Resource {
        name,
        group,
        kind,
        former_groups: &[],
        short_names: &[],
        scope: Scope::Namespaced,
        verbs: STORED,
        special_verbs: &[],
        subresources: &[],
        since: None,
        gone: None,
    }
}

const fn cluster(name: &'static str, group: &'static str, kind: &'static str) -> Resource {
    Resource { scope: Scope::Cluster, ..namespaced(name, group, kind) }
}

impl Resource {
    const fn only(self, verbs: &'static [&'static str]) -> Resource {
        Resource { verbs, ..self }
    }

    const fn also(self, special_verbs: &'static [&'static str]) -> Resource {
        Resource { special_verbs, ..self }
    }

    const fn short(self, short_names: &'static [&'static str]) -> Resource {
        Resource { short_names, ..self }
    }

    const fn parts(self, subresources: &'static [Subresource]) -> Resource {
        Resource { subresources, ..self }
    }

    const fn was(self, former_groups: &'static [&'static str]) -> Resource {
        Resource { former_groups, ..self }
    }

    const fn since(self, minor: u8) -> Resource {
        Resource { since: Some(minor), ..self }
    }

    const fn gone(self, minor: u8) -> Resource {
        Resource { gone: Some(minor), ..self }
    }
}

/// Sorted by name, then group.
pub(super) static RESOURCES: &[Resource] = &[
    cluster("apiservices", "apiregistration.k8s.io", "APIService").parts(STATUS_ONLY),
    cluster("auditsinks", "auditregistration.k8s.io", "AuditSink").gone(19),
    namespaced("bindings", "", "Binding").only(CREATE),
    cluster("certificatesigningrequests", "certificates.k8s.io", "CertificateSigningRequest")
        .short(&["csr"])
        .parts(&[
            part("approval", STATUS),
            part("nodeclient", CREATE),
            part("selfnodeclient", CREATE),
            part("status", STATUS),
        ]),
    cluster("clustercidrs", "networking.k8s.io", "ClusterCIDR").short(&["cc"]).gone(29),
    cluster("clusterrolebindings", "rbac.authorization.k8s.io", "ClusterRoleBinding"),
    cluster("clusterroles", "rbac.authorization.k8s.io", "ClusterRole").also(GRANT),
    cluster("clustertrustbundles", "certificates.k8s.io", "ClusterTrustBundle"),
    cluster("componentstatuses", "", "ComponentStatus").only(&["get", "list"]).short(&["cs"]),
    namespaced("compositepodgroups", "scheduling.k8s.io", "CompositePodGroup").parts(STATUS_ONLY).since(37),
    namespaced("configmaps", "", "ConfigMap").short(&["cm"]),
    namespaced("controllerrevisions", "apps", "ControllerRevision"),
    namespaced("cronjobs", "batch", "CronJob").short(&["cj"]).parts(STATUS_ONLY),
    cluster("csidrivers", "storage.k8s.io", "CSIDriver"),
    cluster("csinodes", "storage.k8s.io", "CSINode"),
    namespaced("csistoragecapacities", "storage.k8s.io", "CSIStorageCapacity"),
    cluster("customresourcedefinitions", "apiextensions.k8s.io", "CustomResourceDefinition")
        .short(&["crd", "crds"])
        .parts(STATUS_ONLY),
    namespaced("daemonsets", "apps", "DaemonSet").short(&["ds"]).parts(STATUS_ONLY).was(&["extensions"]),
    namespaced("deployments", "apps", "Deployment")
        .short(&["deploy"])
        .parts(&[part("rollback", CREATE), part("scale", STATUS), part("status", STATUS)])
        .was(&["extensions"]),
    cluster("deviceclasses", "resource.k8s.io", "DeviceClass"),
    cluster("devicetaintrules", "resource.k8s.io", "DeviceTaintRule").parts(STATUS_ONLY),
    namespaced("endpoints", "", "Endpoints").short(&["ep"]),
    namespaced("endpointslices", "discovery.k8s.io", "EndpointSlice"),
    namespaced("events", "", "Event").short(&["ev"]),
    namespaced("events", "events.k8s.io", "Event").short(&["ev"]),
    namespaced("evictionrequests", "lifecycle.k8s.io", "EvictionRequest").parts(STATUS_ONLY).since(37),
    namespaced("evictions", "lifecycle.k8s.io", "Eviction").parts(STATUS_ONLY).since(37),
    cluster("flowschemas", "flowcontrol.apiserver.k8s.io", "FlowSchema").parts(STATUS_ONLY),
    cluster("groups", "", "").only(IMPERSONATE),
    cluster("groups", "authentication.k8s.io", "").only(&["impersonate:user-info"]).since(35),
    namespaced("horizontalpodautoscalers", "autoscaling", "HorizontalPodAutoscaler")
        .short(&["hpa"])
        .parts(STATUS_ONLY)
        .was(&["extensions"]),
    cluster("ingressclasses", "networking.k8s.io", "IngressClass"),
    namespaced("ingresses", "networking.k8s.io", "Ingress")
        .short(&["ing"])
        .parts(STATUS_ONLY)
        .was(&["extensions"]),
    cluster("ipaddresses", "networking.k8s.io", "IPAddress").short(&["ip"]),
    namespaced("jobs", "batch", "Job").parts(STATUS_ONLY).was(&["extensions"]),
    namespaced("leasecandidates", "coordination.k8s.io", "LeaseCandidate"),
    namespaced("leases", "coordination.k8s.io", "Lease"),
    namespaced("limitranges", "", "LimitRange").short(&["limits"]),
    namespaced("localsubjectaccessreviews", "authorization.k8s.io", "LocalSubjectAccessReview").only(CREATE),
    cluster("mutatingadmissionpolicies", "admissionregistration.k8s.io", "MutatingAdmissionPolicy"),
    cluster(
        "mutatingadmissionpolicybindings",
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding",
    ),
    cluster("mutatingwebhookconfigurations", "admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    cluster("namespaces", "", "Namespace")
        .only(&["create", "delete", "get", "list", "patch", "update", "watch"])
        .short(&["ns"])
        .parts(&[part("finalize", &["update"]), part("status", STATUS)]),
    namespaced("networkpolicies", "networking.k8s.io", "NetworkPolicy")
        .short(&["netpol"])
        .parts(STATUS_ONLY)
        .was(&["extensions"]),
    cluster("nodes", "", "Node").also(&["proxy"]).short(&["no"]).parts(&[
        part("checkpoint", KUBELET),
        part("configz", KUBELET),
        part("flagz", KUBELET),
        part("healthz", KUBELET),
        part("log", KUBELET),
        part("metrics", KUBELET),
        part("pods", KUBELET),
        part("proxy", KUBELET),
        part("spec", KUBELET),
        part("stats", KUBELET),
        part("status", STATUS),
        part("statusz", KUBELET),
    ]),
    cluster("nodes", "authentication.k8s.io", "")
        .only(&["impersonate:arbitrary-node", "impersonate:associated-node"])
        .since(35),
    namespaced("persistentvolumeclaims", "", "PersistentVolumeClaim").short(&["pvc"]).parts(STATUS_ONLY),
    cluster("persistentvolumes", "", "PersistentVolume").short(&["pv"]).parts(STATUS_ONLY),
    namespaced("podcertificaterequests", "certificates.k8s.io", "PodCertificateRequest").parts(STATUS_ONLY),
    namespaced("poddisruptionbudgets", "policy", "PodDisruptionBudget").short(&["pdb"]).parts(STATUS_ONLY),
    namespaced("podgroups", "scheduling.k8s.io", "PodGroup").parts(STATUS_ONLY).since(36),
    namespaced("podpresets", "settings.k8s.io", "PodPreset").gone(20),
    namespaced("pods", "", "Pod").also(&["proxy"]).short(&["po"]).parts(&[
        part("attach", CONNECT),
        part("binding", CREATE),
        part("ephemeralcontainers", STATUS),
        part("eviction", CREATE),
        part("exec", CONNECT),
        part("log", READ),
        part("portforward", CONNECT),
        part("proxy", PROXY),
        part("resize", STATUS),
        part("status", STATUS),
    ]),
    namespaced("podschedulingcontexts", "resource.k8s.io", "PodSchedulingContext")
        .parts(STATUS_ONLY)
        .gone(32),
    cluster("podsecuritypolicies", "policy", "PodSecurityPolicy")
        .also(&["use"])
        .short(&["psp"])
        .was(&["extensions"])
        .gone(25),
    namespaced("podtemplates", "", "PodTemplate"),
    cluster("priorityclasses", "scheduling.k8s.io", "PriorityClass").short(&["pc"]),
    cluster("prioritylevelconfigurations", "flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration")
        .parts(STATUS_ONLY),
    namespaced("replicasets", "apps", "ReplicaSet")
        .short(&["rs"])
        .parts(SCALE_AND_STATUS)
        .was(&["extensions"]),
    namespaced("replicationcontrollers", "", "ReplicationController")
        .short(&["rc"])
        .parts(SCALE_AND_STATUS)
        .was(&["extensions"]),
    namespaced("resourceclaimparameters", "resource.k8s.io", "ResourceClaimParameters").gone(31),
    namespaced("resourceclaims", "resource.k8s.io", "ResourceClaim").parts(&[
        part("binding", &["patch", "update"]),
        part("driver", NODE_AWARE),
        part("status", STATUS),
    ]),
    namespaced("resourceclaimtemplates", "resource.k8s.io", "ResourceClaimTemplate"),
    cluster("resourceclasses", "resource.k8s.io", "ResourceClass").gone(31),
    namespaced("resourceclassparameters", "resource.k8s.io", "ResourceClassParameters").gone(31),
    cluster("resourcepoolstatusrequests", "resource.k8s.io", "ResourcePoolStatusRequest")
        .parts(STATUS_ONLY)
        .since(36),
    namespaced("resourcequotas", "", "ResourceQuota").short(&["quota"]).parts(STATUS_ONLY),
    cluster("resourceslices", "resource.k8s.io", "ResourceSlice"),
    namespaced("rolebindings", "rbac.authorization.k8s.io", "RoleBinding"),
    namespaced("roles", "rbac.authorization.k8s.io", "Role").also(GRANT),
    cluster("runtimeclasses", "node.k8s.io", "RuntimeClass"),
    namespaced("scheduledjobs", "batch", "ScheduledJob").parts(STATUS_ONLY).gone(8),
    namespaced("secrets", "", "Secret"),
    cluster("selfsubjectaccessreviews", "authorization.k8s.io", "SelfSubjectAccessReview").only(CREATE),
    cluster("selfsubjectreviews", "authentication.k8s.io", "SelfSubjectReview").only(CREATE),
    cluster("selfsubjectrulesreviews", "authorization.k8s.io", "SelfSubjectRulesReview").only(CREATE),
    namespaced("serviceaccounts", "", "ServiceAccount")
        .also(IMPERSONATE)
        .short(&["sa"])
        .parts(&[part("token", CREATE)]),
    namespaced("serviceaccounts", "authentication.k8s.io", "")
        .only(&["impersonate:serviceaccount"])
        .since(35),
    cluster("servicecidrs", "networking.k8s.io", "ServiceCIDR").parts(STATUS_ONLY),
    namespaced("services", "", "Service")
        .also(&["proxy"])
        .short(&["svc"])
        .parts(&[part("proxy", PROXY), part("status", STATUS)]),
    cluster("signers", "certificates.k8s.io", "").only(&["approve", "attest", "sign"]),
    namespaced("statefulsets", "apps", "StatefulSet").short(&["sts"]).parts(SCALE_AND_STATUS),
    cluster("storageclasses", "storage.k8s.io", "StorageClass").short(&["sc"]),
    cluster("storageversionmigrations", "storagemigration.k8s.io", "StorageVersionMigration")
        .parts(STATUS_ONLY),
    cluster("storageversions", "internal.apiserver.k8s.io", "StorageVersion").parts(STATUS_ONLY),
    cluster("subjectaccessreviews", "authorization.k8s.io", "SubjectAccessReview").only(CREATE),
    cluster("thirdpartyresources", "extensions", "ThirdPartyResource").gone(8),
    cluster("tokenreviews", "authentication.k8s.io", "TokenReview").only(CREATE),
    cluster("uids", "authentication.k8s.io", "").only(&["impersonate", "impersonate:user-info"]),
    cluster("userextras", "authentication.k8s.io", "")
        .only(&["impersonate", "impersonate:user-info"])
        .parts(&[part("*", &["impersonate", "impersonate:user-info"])]),
    cluster("users", "", "").only(IMPERSONATE),
    cluster("users", "authentication.k8s.io", "").only(&["impersonate:user-info"]).since(35),
    cluster("validatingadmissionpolicies", "admissionregistration.k8s.io", "ValidatingAdmissionPolicy")
        .parts(STATUS_ONLY),
    cluster(
        "validatingadmissionpolicybindings",
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
    ),
    cluster(
        "validatingwebhookconfigurations",
        "admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration",
    ),
    cluster("volumeattachments", "storage.k8s.io", "VolumeAttachment").parts(STATUS_ONLY),
    cluster("volumeattributesclasses", "storage.k8s.io", "VolumeAttributesClass").short(&["vac"]),
    namespaced("workloads", "scheduling.k8s.io", "Workload").since(35),
];
