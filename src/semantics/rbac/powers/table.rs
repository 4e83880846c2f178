//! The table of powers.
//!
//! Source: kubernetes "RBAC good practices", `pkg/registry/rbac/escalation_check.go`, the API reference for what each
//! subresource does; CIS Kubernetes Benchmark 5.1.

use super::{Atom, Power, Weight};

/// Every power, heaviest first.
pub static ALL: &[&Power] = &[
    &ESCALATE,
    &BIND,
    &IMPERSONATE,
    &TOKEN_REQUEST,
    &NODES_PROXY,
    &CSR_APPROVAL,
    &CSR_STATUS,
    &SIGNING,
    &SECRETS_READ,
    &POD_CREATION,
    &POD_EXEC,
    &POD_ATTACH,
    &EPHEMERAL_CONTAINERS,
    &WEBHOOK_WRITE,
    &ADMISSION_POLICY_WRITE,
    &APISERVICE_WRITE,
    &PERSISTENT_VOLUME_CREATION,
    &NAMESPACE_WRITE,
    &SECRETS_WRITE,
    &RBAC_WRITE,
    &POD_UPDATE,
    &PORTFORWARD,
    &SERVICE_PROXY,
    &NODE_WRITE,
    &STORAGE_WRITE,
    &CRD_WRITE,
    &TRAFFIC_WRITE,
    &SERVICE_STATUS_WRITE,
    &CONFIGMAP_WRITE,
    &POD_STATUS_WRITE,
    &EVENT_DELETION,
    &EVICTION,
    &DELETION,
    &POD_LOGS,
    &LEASE_WRITE,
    &DEVICE_WRITE,
    &TOKEN_REVIEW,
];

/// Powers that others need beside them, or that take the place of others.
pub static COMPANIONS: &[&Power] = &[
    &ROLE_WRITE,
    &BINDING_WRITE,
    &ROLE_BINDING_WRITE,
    &CSR_CREATION,
    &SECRETS_READ,
    &POD_CREATION,
    &NODE_WRITE,
    &EVICTION,
];

/// `escalate` on roles.
pub static ESCALATE: Power = about_verb(
    "put any right into roles",
    Weight::Critical,
    &[cluster(ESCALATES, RBAC, "clusterroles"), namespaced(ESCALATES, RBAC, "roles")],
);

/// `bind` on roles; a RoleBinding needs it on ClusterRoles as well.
pub static BIND: Power = about_verb(
    "grant any role",
    Weight::Critical,
    &[namespaced(BINDS, RBAC, "clusterroles"), namespaced(BINDS, RBAC, "roles")],
);

/// `impersonate` on users, groups, service accounts.
pub static IMPERSONATE: Power = about_verb(
    "act as anybody",
    Weight::Critical,
    &[
        cluster(IMPERSONATES, CORE, "users"),
        cluster(IMPERSONATES, CORE, "groups"),
        namespaced(IMPERSONATES, CORE, "serviceaccounts"),
    ],
);

/// Tokens of service accounts by the token API.
pub static TOKEN_REQUEST: Power = power(
    "mint a token for any service account",
    Weight::Critical,
    &[namespaced(&["create"], CORE, "serviceaccounts/token")],
);

/// The API of the kubelet, whose handlers for commands take `get` as well.
pub static NODES_PROXY: Power = power(
    "run commands in every pod through the kubelets",
    Weight::Critical,
    &[cluster(&["create", "get", "update", "patch", "delete"], CORE, "nodes/proxy")],
);

/// Approval of certificate requests.
pub static CSR_APPROVAL: Power = power(
    "approve certificate requests",
    Weight::High,
    &[cluster(&["update", "patch"], CERTIFICATES, "certificatesigningrequests/approval")],
);

/// `approve` or `sign` for signers.
pub static SIGNING: Power = about_verb(
    "approve or sign for any signer",
    Weight::High,
    &[cluster(&["approve", "sign", "attest"], CERTIFICATES, "signers")],
);

/// Certificates into requests.
pub static CSR_STATUS: Power = power(
    "issue certificates",
    Weight::High,
    &[cluster(&["update", "patch"], CERTIFICATES, "certificatesigningrequests/status")],
);

/// Certificate requests.
pub static CSR_CREATION: Power = power(
    "request certificates",
    Weight::Low,
    &[cluster(&["create"], CERTIFICATES, "certificatesigningrequests")],
);

/// Content of Secrets.
pub static SECRETS_READ: Power =
    power("read every secret", Weight::High, &[namespaced(&["get", "list", "watch"], CORE, "secrets")]);

/// Pods, directly or through what makes them.
pub static POD_CREATION: Power = power(
    "run pods as any service account",
    Weight::High,
    &[
        namespaced(&["create"], CORE, "pods"),
        namespaced(CREATES_OR_CHANGES, CORE, "replicationcontrollers"),
        namespaced(CREATES_OR_CHANGES, APPS, "deployments"),
        namespaced(CREATES_OR_CHANGES, APPS, "daemonsets"),
        namespaced(CREATES_OR_CHANGES, &["apps"], "statefulsets"),
        namespaced(CREATES_OR_CHANGES, APPS, "replicasets"),
        namespaced(CREATES_OR_CHANGES, BATCH, "jobs"),
        namespaced(CREATES_OR_CHANGES, BATCH, "cronjobs"),
    ],
);

/// Commands in containers.
pub static POD_EXEC: Power =
    power("run commands in any pod", Weight::High, &[namespaced(CONNECTS, CORE, "pods/exec")]);

/// Input and output of containers.
pub static POD_ATTACH: Power =
    power("attach to any container", Weight::High, &[namespaced(CONNECTS, CORE, "pods/attach")]);

/// Containers in running pods.
pub static EPHEMERAL_CONTAINERS: Power = power(
    "add containers to any running pod",
    Weight::High,
    &[namespaced(CHANGES, CORE, "pods/ephemeralcontainers")],
);

/// Admission webhooks.
pub static WEBHOOK_WRITE: Power = power(
    "decide over objects as they are admitted",
    Weight::High,
    &[
        cluster(WRITES, ADMISSION, "mutatingwebhookconfigurations"),
        cluster(WRITES, ADMISSION, "validatingwebhookconfigurations"),
    ],
);

/// Admission policies of Kubernetes, Gatekeeper and Kyverno.
pub static ADMISSION_POLICY_WRITE: Power = power(
    "switch off admission policies",
    Weight::High,
    &[
        cluster(WRITES, ADMISSION, "validatingadmissionpolicies"),
        cluster(WRITES, ADMISSION, "validatingadmissionpolicybindings"),
        cluster(WRITES, ADMISSION, "mutatingadmissionpolicies"),
        cluster(WRITES, ADMISSION, "mutatingadmissionpolicybindings"),
        cluster(WRITES, &["templates.gatekeeper.sh"], "constrainttemplates"),
        cluster(WRITES, &["mutations.gatekeeper.sh"], "assign"),
        cluster(WRITES, &["mutations.gatekeeper.sh"], "assignmetadata"),
        cluster(WRITES, &["mutations.gatekeeper.sh"], "modifyset"),
        cluster(WRITES, KYVERNO, "clusterpolicies"),
        namespaced(WRITES, KYVERNO, "policies"),
        namespaced(WRITES, KYVERNO, "policyexceptions"),
        cluster(WRITES, &["policies.kyverno.io"], "imagevalidatingpolicies"),
        cluster(WRITES, &["policies.kyverno.io"], "mutatingpolicies"),
        cluster(WRITES, &["policies.kyverno.io"], "validatingpolicies"),
    ],
);

/// Where requests for whole API groups go.
pub static APISERVICE_WRITE: Power = power(
    "answer for whole API groups in place of the API server",
    Weight::High,
    &[cluster(CREATES_OR_CHANGES, &["apiregistration.k8s.io"], "apiservices")],
);

/// Volumes on host directories.
pub static PERSISTENT_VOLUME_CREATION: Power = power(
    "mount host directories by way of persistent volumes",
    Weight::High,
    &[cluster(&["create"], CORE, "persistentvolumes")],
);

/// Labels of Namespaces; a Role gives it for the Namespace that it is in.
pub static NAMESPACE_WRITE: Power = power(
    "lift Pod Security by relabelling namespaces",
    Weight::High,
    &[namespaced(CHANGES, CORE, "namespaces")],
);

/// Content of Secrets, written.
pub static SECRETS_WRITE: Power = power(
    "write any secret",
    Weight::Medium,
    &[namespaced(&["create", "update", "patch", "delete"], CORE, "secrets")],
);

/// Roles and bindings.
pub static RBAC_WRITE: Power = power(
    "write roles and bindings that grant rights already held",
    Weight::Medium,
    &[
        cluster(CREATES_OR_CHANGES, RBAC, "clusterrolebindings"),
        cluster(CREATES_OR_CHANGES, RBAC, "clusterroles"),
        namespaced(CREATES_OR_CHANGES, RBAC, "rolebindings"),
        namespaced(CREATES_OR_CHANGES, RBAC, "roles"),
    ],
);

/// Cluster-wide or namespaced bindings alone.
pub static BINDING_WRITE: Power = power(
    "write bindings",
    Weight::Medium,
    &[
        cluster(CREATES_OR_CHANGES, RBAC, "clusterrolebindings"),
        namespaced(CREATES_OR_CHANGES, RBAC, "rolebindings"),
    ],
);

/// Bindings that may refer to a Role.
pub static ROLE_BINDING_WRITE: Power =
    power("write RoleBindings", Weight::Medium, &[namespaced(CREATES_OR_CHANGES, RBAC, "rolebindings")]);

/// Roles alone.
pub static ROLE_WRITE: Power = power(
    "write roles",
    Weight::Medium,
    &[cluster(CREATES_OR_CHANGES, RBAC, "clusterroles"), namespaced(CREATES_OR_CHANGES, RBAC, "roles")],
);

/// Images of running pods.
pub static POD_UPDATE: Power =
    power("change the image of any running pod", Weight::Medium, &[namespaced(CHANGES, CORE, "pods")]);

/// Ports of pods.
pub static PORTFORWARD: Power =
    power("reach any port of any pod", Weight::Medium, &[namespaced(CONNECTS, CORE, "pods/portforward")]);

/// HTTP ports through the API server.
pub static SERVICE_PROXY: Power = power(
    "send HTTP requests to any pod through the API server",
    Weight::Medium,
    &[namespaced(PROXIES, CORE, "services/proxy"), namespaced(PROXIES, CORE, "pods/proxy")],
);

/// Nodes.
pub static NODE_WRITE: Power = power(
    "steer where pods run through labels, taints and status of nodes",
    Weight::Medium,
    &[cluster(&["update", "patch", "delete"], CORE, "nodes"), cluster(CHANGES, CORE, "nodes/status")],
);

/// How volumes come about.
pub static STORAGE_WRITE: Power = power(
    "change how volumes are provisioned and attached",
    Weight::Medium,
    &[
        cluster(WRITES, STORAGE, "storageclasses"),
        cluster(WRITES, STORAGE, "csidrivers"),
        cluster(WRITES, STORAGE, "volumeattachments"),
    ],
);

/// Types of custom resources.
pub static CRD_WRITE: Power = power(
    "change or delete the types of custom resources",
    Weight::Medium,
    &[cluster(WRITES, &["apiextensions.k8s.io"], "customresourcedefinitions")],
);

/// Where traffic goes.
pub static TRAFFIC_WRITE: Power = power(
    "redirect or open network traffic",
    Weight::Medium,
    &[
        namespaced(WRITES, CORE, "services"),
        namespaced(WRITES, CORE, "endpoints"),
        namespaced(WRITES, &["discovery.k8s.io"], "endpointslices"),
        namespaced(WRITES, NETWORKING, "ingresses"),
        namespaced(WRITES, NETWORKING, "networkpolicies"),
        namespaced(WRITES, GATEWAY, "gateways"),
        namespaced(WRITES, GATEWAY, "httproutes"),
        namespaced(WRITES, GATEWAY, "grpcroutes"),
        namespaced(WRITES, GATEWAY, "tlsroutes"),
        namespaced(WRITES, GATEWAY, "tcproutes"),
        namespaced(WRITES, GATEWAY, "udproutes"),
        namespaced(WRITES, GATEWAY, "referencegrants"),
    ],
);

/// Addresses of Services.
pub static SERVICE_STATUS_WRITE: Power = power(
    "catch traffic for addresses set in the status of services",
    Weight::Medium,
    &[namespaced(CHANGES, CORE, "services/status")],
);

/// Addresses of pods.
pub static POD_STATUS_WRITE: Power = power(
    "take over the traffic of pods by their status",
    Weight::Medium,
    &[namespaced(CHANGES, CORE, "pods/status")],
);

/// ConfigMaps.
pub static CONFIGMAP_WRITE: Power =
    power("change any ConfigMap", Weight::Medium, &[namespaced(CHANGES, CORE, "configmaps")]);

/// Traces.
pub static EVENT_DELETION: Power = power(
    "delete the events that tell what happened",
    Weight::Medium,
    &[namespaced(DELETES, &["", "events.k8s.io"], "events")],
);

/// Output of containers.
pub static POD_LOGS: Power =
    power("read the logs of any pod", Weight::Low, &[namespaced(&["get"], CORE, "pods/log")]);

/// Running pods, ended.
pub static EVICTION: Power = power(
    "end any running pod",
    Weight::Low,
    &[namespaced(DELETES, CORE, "pods"), namespaced(&["create"], CORE, "pods/eviction")],
);

/// What an outage is made of.
pub static DELETION: Power = power(
    "delete workloads, their volumes or whole namespaces",
    Weight::Low,
    &[
        cluster(DELETES, CORE, "namespaces"),
        namespaced(DELETES, CORE, "persistentvolumeclaims"),
        namespaced(DELETES, CORE, "pods"),
        namespaced(DELETES, CORE, "replicationcontrollers"),
        namespaced(&["deletecollection"], CORE, "secrets"),
        namespaced(DELETES, APPS, "daemonsets"),
        namespaced(DELETES, APPS, "deployments"),
        namespaced(DELETES, APPS, "replicasets"),
        namespaced(DELETES, &["apps"], "statefulsets"),
        namespaced(DELETES, BATCH, "cronjobs"),
        namespaced(DELETES, BATCH, "jobs"),
    ],
);

/// Who leads.
pub static LEASE_WRITE: Power = power(
    "take over leader election",
    Weight::Low,
    &[namespaced(CHANGES, &["coordination.k8s.io"], "leases")],
);

/// Devices and what nodes tell of storage.
pub static DEVICE_WRITE: Power = power(
    "steer which devices and volumes pods get",
    Weight::Low,
    &[
        cluster(WRITES, &["resource.k8s.io"], "resourceslices"),
        cluster(WRITES, &["resource.k8s.io"], "deviceclasses"),
        cluster(WRITES, STORAGE, "csinodes"),
    ],
);

/// Tokens and access of others, looked up.
pub static TOKEN_REVIEW: Power = power(
    "look up whose a token is and what others may do",
    Weight::Low,
    &[
        cluster(&["create"], &["authentication.k8s.io"], "tokenreviews"),
        cluster(&["create"], &["authorization.k8s.io"], "subjectaccessreviews"),
    ],
);

const CORE: &[&str] = &[""];
const APPS: &[&str] = &["apps", "extensions"];
const BATCH: &[&str] = &["batch", "extensions"];
const RBAC: &[&str] = &["rbac.authorization.k8s.io"];
const ADMISSION: &[&str] = &["admissionregistration.k8s.io"];
const CERTIFICATES: &[&str] = &["certificates.k8s.io"];
const KYVERNO: &[&str] = &["kyverno.io", "policies.kyverno.io"];
const NETWORKING: &[&str] = &["networking.k8s.io", "extensions"];
const GATEWAY: &[&str] = &["gateway.networking.k8s.io"];
const STORAGE: &[&str] = &["storage.k8s.io"];

const ESCALATES: &[&str] = &["escalate"];
const BINDS: &[&str] = &["bind"];
const IMPERSONATES: &[&str] = &["impersonate"];
const CREATES_OR_CHANGES: &[&str] = &["create", "update", "patch"];
const CHANGES: &[&str] = &["update", "patch"];
const WRITES: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
const DELETES: &[&str] = &["delete", "deletecollection"];
const CONNECTS: &[&str] = &["create", "get"];
const PROXIES: &[&str] = &["create", "get", "update", "patch", "delete"];

const fn power(does: &'static str, weight: Weight, atoms: &'static [Atom]) -> Power {
    Power { does, weight, is_about_verb: false, atoms }
}

const fn about_verb(does: &'static str, weight: Weight, atoms: &'static [Atom]) -> Power {
    Power { does, weight, is_about_verb: true, atoms }
}

const fn namespaced(
    verbs: &'static [&'static str],
    groups: &'static [&'static str],
    resource: &'static str,
) -> Atom {
    Atom { verbs, groups, resource, namespaced: true }
}

const fn cluster(
    verbs: &'static [&'static str],
    groups: &'static [&'static str],
    resource: &'static str,
) -> Atom {
    Atom { verbs, groups, resource, namespaced: false }
}
