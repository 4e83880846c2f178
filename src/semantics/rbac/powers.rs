//! What a broad rule comes to: the rights that lead on to other rights.
//!
//! Source: kubernetes "RBAC good practices" and `pkg/registry/rbac/escalation_check.go`.

use super::{Request, allows};
use crate::model::kube::rbac::RbacRule;

/// A right that leads on to others.
#[derive(Debug)]
pub struct Power {
    /// What its holder can do, an infinitive without `to`.
    pub does: &'static str,
    /// True if whoever holds it in the whole cluster can make themselves its administrator.
    pub takes_over: bool,
    /// True if a RoleBinding cannot give it, because its object belongs to no namespace.
    pub cluster_scoped: bool,
    /// Holding one of these is enough.
    requests: &'static [Request<'static>],
}

/// The powers that `rule` gives on objects of any name, heaviest first; `in_namespaces` leaves out those that a
/// RoleBinding cannot give.
pub fn of_rule(rule: &RbacRule, in_namespaces: bool) -> Vec<&'static Power> {
    POWERS
        .iter()
        .filter(|power| !(in_namespaces && power.cluster_scoped))
        .filter(|power| power.requests.iter().any(|request| allows(rule, request).is_some()))
        .collect()
}

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

static POWERS: &[Power] = &[
    Power {
        does: "grant itself any role",
        takes_over: true,
        cluster_scoped: false,
        requests: &[
            on("bind", RBAC, "clusterroles"),
            on("bind", RBAC, "roles"),
            on("escalate", RBAC, "clusterroles"),
            on("escalate", RBAC, "roles"),
        ],
    },
    Power {
        does: "act as any user or group",
        takes_over: true,
        cluster_scoped: true,
        requests: &[on("impersonate", "", "users"), on("impersonate", "", "groups")],
    },
    Power {
        does: "act as any service account",
        takes_over: true,
        cluster_scoped: false,
        requests: &[on("impersonate", "", "serviceaccounts"), on("create", "", "serviceaccounts/token")],
    },
    Power {
        does: "run pods as any service account",
        takes_over: true,
        cluster_scoped: false,
        requests: &[
            on("create", "", "pods"),
            on("create", "apps", "deployments"),
            on("create", "apps", "daemonsets"),
            on("create", "apps", "statefulsets"),
            on("create", "apps", "replicasets"),
            on("create", "", "replicationcontrollers"),
            on("create", "batch", "jobs"),
            on("create", "batch", "cronjobs"),
        ],
    },
    Power {
        does: "run commands in any pod",
        takes_over: true,
        cluster_scoped: false,
        requests: &[
            on("create", "", "pods/exec"),
            on("get", "", "pods/exec"),
            on("create", "", "pods/attach"),
            on("update", "", "pods/ephemeralcontainers"),
            on("patch", "", "pods/ephemeralcontainers"),
        ],
    },
    Power {
        does: "reach every kubelet",
        takes_over: true,
        cluster_scoped: true,
        requests: &[on("get", "", "nodes/proxy"), on("create", "", "nodes/proxy")],
    },
    Power {
        does: "rewrite objects as they are admitted",
        takes_over: true,
        cluster_scoped: true,
        requests: &[
            on("create", ADMISSION, "mutatingwebhookconfigurations"),
            on("update", ADMISSION, "mutatingwebhookconfigurations"),
            on("patch", ADMISSION, "mutatingwebhookconfigurations"),
        ],
    },
    Power {
        does: "read every secret",
        takes_over: false,
        cluster_scoped: false,
        requests: &[on("get", "", "secrets"), on("list", "", "secrets"), on("watch", "", "secrets")],
    },
];

const fn on(verb: &'static str, group: &'static str, resource: &'static str) -> Request<'static> {
    Request { verb, group, resource, name: None }
}
