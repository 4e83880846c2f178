//! Tables of single bindings and of single policies: whether they lead to the end, and in how many hops.

use super::*;
use crate::model::lower;
use crate::model::project::Settings;
use crate::syntax::{Source, SourceId, Sources};

/// The ways of all sources in these texts: source, end, hops; direct ones with no hops.
fn ways(texts: &[(&str, String)]) -> Vec<(String, Sink, usize)> {
    let settings = Settings::default();
    let sources: Vec<Source> = texts
        .iter()
        .zip(0..)
        .map(|((name, text), id)| Source {
            id: SourceId(id),
            name: (*name).to_owned(),
            text: text.clone(),
            bom: false,
        })
        .collect();
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    let project = Project::assemble(Sources::new(sources), lowered, settings.clone());
    assert!(
        project.syntax_errors.is_empty() && project.malformed.is_empty(),
        "{texts:?}: {:?}",
        project.malformed
    );
    let access = Access::new(&project);
    let graph = EscalationGraph::new(&access, &[]);
    let paths = graph.paths(&Sink::ALL);
    paths
        .into_iter()
        .map(|it| (it.source.to_string(), it.sink, if it.is_direct { 0 } else { it.hops.len() }))
        .collect()
}

/// One service account, bound to these rules in the whole cluster or in a namespace.
fn bound(rules: &str, namespace: Option<&str>) -> Vec<(Sink, usize)> {
    let rbac = "rbac.authorization.k8s.io";
    let kind = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
    let place = namespace.map(|namespace| format!(", namespace: {namespace}")).unwrap_or_default();
    let text = format!(
        "apiVersion: {rbac}/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: {rules}\n---\n\
         apiVersion: {rbac}/v1\nkind: {kind}\nmetadata: {{name: b{place}}}\n\
         roleRef: {{apiGroup: {rbac}, kind: ClusterRole, name: r}}\n\
         subjects: [{{kind: ServiceAccount, name: me, namespace: own}}]\n"
    );
    let found = ways(&[("rbac.yaml", text)]);
    found.into_iter().filter(|(who, ..)| who == "own/me").map(|(_, sink, hops)| (sink, hops)).collect()
}

#[test]
fn rights_in_the_whole_cluster() {
    let rbac = "rbac.authorization.k8s.io";
    let rule = |group: &str, resource: &str, verbs: &str| {
        format!("{{apiGroups: [\"{group}\"], resources: [{resource}], verbs: [{verbs}]}}")
    };
    let named = |group: &str, resource: &str, name: &str, verbs: &str| {
        format!(
            "{{apiGroups: [\"{group}\"], resources: [{resource}], resourceNames: [\"{name}\"], verbs: [{verbs}]}}"
        )
    };
    for (rules, wanted) in [
        (vec![rule("*", "\"*\"", "\"*\"")], Some(0)),
        (vec![rule("", "\"*\"", "\"*\"")], Some(1)),
        (vec![rule("", "pods", "create")], Some(1)),
        (vec![rule("", "pods", "get, list, delete")], None),
        (vec![rule("", "pods/exec", "get")], Some(1)),
        (vec![rule("", "pods/log", "get")], None),
        (vec![rule("", "pods", "patch")], Some(1)),
        (vec![rule("apps", "deployments", "patch")], Some(1)),
        (vec![rule("extensions", "jobs", "create")], Some(1)),
        (vec![rule("", "serviceaccounts/token", "create")], Some(1)),
        (vec![named("", "serviceaccounts/token", "other", "create")], None),
        (vec![rule("", "nodes/proxy", "get")], Some(1)),
        (vec![rule("", "users", "impersonate")], Some(1)),
        (vec![named("", "users", "somebody", "impersonate")], None),
        (vec![named("", "users", "system:kube-controller-manager", "impersonate")], Some(2)),
        (vec![rule("", "groups", "impersonate")], None),
        (vec![rule("", "groups", "impersonate"), named("", "users", "x", "impersonate")], Some(1)),
        (vec![named("", "groups", "devs", "impersonate"), named("", "users", "x", "impersonate")], None),
        (vec![rule("", "serviceaccounts", "impersonate")], Some(1)),
        (vec![rule(rbac, "clusterroles", "escalate")], None),
        (vec![rule(rbac, "clusterroles", "escalate, patch")], Some(1)),
        (vec![rule(rbac, "clusterroles", "escalate"), rule(rbac, "clusterroles", "create")], None),
        (vec![named(rbac, "clusterroles", "r", "escalate, update")], Some(1)),
        (vec![named(rbac, "clusterroles", "other", "escalate, update")], None),
        (
            vec![named(rbac, "clusterroles", "r", "escalate"), named(rbac, "clusterroles", "r", "patch")],
            Some(1),
        ),
        (
            vec![rule(rbac, "clusterroles", "escalate, create"), named(rbac, "clusterroles", "r", "delete")],
            Some(1),
        ),
        (
            vec![rule(rbac, "clusterroles", "escalate, create"), named(rbac, "clusterroles", "x", "delete")],
            None,
        ),
        (
            vec![
                named(rbac, "clusterroles", "", "escalate, create"),
                named(rbac, "clusterroles", "r", "delete"),
            ],
            Some(1),
        ),
        (vec![rule(rbac, "roles", "escalate, update")], None),
        (vec![rule(rbac, "clusterroles", "bind")], None),
        (vec![rule(rbac, "clusterrolebindings", "create")], None),
        (vec![rule(rbac, "clusterroles", "bind"), rule(rbac, "clusterrolebindings", "create")], Some(1)),
        (vec![rule(rbac, "clusterroles", "bind"), rule(rbac, "rolebindings", "create")], Some(1)),
        (vec![named(rbac, "clusterroles", "admin", "bind"), rule(rbac, "rolebindings", "create")], Some(1)),
        (vec![named(rbac, "clusterroles", "view", "bind"), rule(rbac, "rolebindings", "create")], None),
        (
            vec![named(rbac, "clusterroles", "admin", "bind"), named(rbac, "rolebindings", "x", "create")],
            None,
        ),
        (
            vec![
                named(rbac, "clusterroles", "admin", "bind"),
                named(rbac, "rolebindings", "x", "create"),
                named(rbac, "rolebindings", "x", "patch"),
            ],
            Some(1),
        ),
        (
            vec![named(rbac, "clusterroles", "admin", "bind"), named(rbac, "rolebindings", "", "create")],
            Some(1),
        ),
        (
            vec![
                named(rbac, "clusterroles", "admin", "bind"),
                named(rbac, "clusterrolebindings", "b", "update"),
            ],
            None,
        ),
        (
            vec![named(rbac, "clusterroles", "r", "bind"), named(rbac, "clusterrolebindings", "b", "update")],
            None,
        ),
        (vec![named("", "pods", "x", "create")], None),
        (vec![named("", "pods", "", "create")], Some(1)),
        (vec![named("", "pods", "x", "create"), named("", "pods", "x", "patch")], Some(1)),
        (vec![named("", "secrets", "x", "create, get")], None),
        (vec![named("", "secrets", "x", "create, patch, get")], Some(1)),
        (vec![rule("", "secrets", "create"), named("", "secrets", "x", "get")], Some(1)),
        (vec![named("", "groups", "system:masters", "impersonate")], None),
        (
            vec![
                named("", "groups", "system:masters", "impersonate"),
                named("", "serviceaccounts", "x", "impersonate"),
            ],
            Some(1),
        ),
        (
            vec![
                named("", "groups", "system:masters", "impersonate"),
                named("", "users", "system:serviceaccount:a:b", "impersonate"),
            ],
            None,
        ),
        (vec![rule("", "secrets", "get")], None),
        (vec![rule("", "secrets", "create, get")], Some(1)),
    ] {
        let found = bound(&format!("[{}]", rules.join(", ")), None);
        let hops = found.iter().find(|(sink, _)| *sink == Sink::Cluster).map(|(_, hops)| *hops);
        assert_eq!(hops, wanted, "{rules:?}");
    }
}

#[test]
fn rights_in_a_namespace() {
    let pods = "[{apiGroups: [\"\"], resources: [pods], verbs: [create]}]";
    assert_eq!(bound(pods, Some("apps")), []);
    assert_eq!(bound(pods, Some("kube-system")), [(Sink::Cluster, 1)]);
    let everything = "[{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}]";
    assert_eq!(bound(everything, Some("apps")), []);
    assert_eq!(bound(everything, Some("kube-system")), [(Sink::Cluster, 1)]);
    // What lies outside of all namespaces is given by no RoleBinding.
    let users = "[{apiGroups: [\"\"], resources: [users, nodes/proxy], verbs: [\"*\"]}]";
    assert_eq!(bound(users, Some("kube-system")), []);
}

/// Another way of as many hops does not hide that somebody is an administrator.
#[test]
fn what_was_given_comes_first() {
    let rbac = "rbac.authorization.k8s.io";
    let bound = |kind: &str, meta: &str, role: &str| {
        format!(
            "---\napiVersion: {rbac}/v1\nkind: {kind}\nmetadata: {meta}\n\
             roleRef: {{apiGroup: {rbac}, kind: ClusterRole, name: {role}}}\n\
             subjects: [{{kind: ServiceAccount, name: me, namespace: own}}]\n"
        )
    };
    let text = bound("RoleBinding", "{name: a, namespace: kube-system}", "edit")
        + &bound("ClusterRoleBinding", "{name: b}", "cluster-admin");
    let found = ways(&[("rbac.yaml", text)]);
    assert_eq!(found, [("own/me".to_owned(), Sink::Cluster, 0)]);
}

/// One auth role whose token holds a policy with these rules.
fn token(policy: &str, target: &str) -> Option<usize> {
    let spec = format!(
        "apiVersion: rolewright/v1\nkind: Access\nname: x\n{target}vault:\n  auth:\n    kubernetes:\n      roles:\n        \
         me: {{bound_service_account_names: [me], bound_service_account_namespaces: [own], token_policies: [own]}}\n  \
         policies:\n    own: {{hcl: {policy:?}}}\n"
    );
    let found = ways(&[("x.access.yaml", spec)]);
    found.into_iter().find(|(who, ..)| who == "own/me").map(|(.., hops)| hops)
}

#[test]
fn policies() {
    let rule = |path: &str, words: &str| format!("path \"{path}\" {{ capabilities = [{words}] }}\n");
    let all = "\"create\", \"read\", \"update\", \"patch\", \"delete\", \"list\", \"sudo\"";
    for (policy, wanted) in [
        (rule("*", all), Some(0)),
        (rule("*", all) + &rule("sys/seal", "\"deny\""), Some(0)),
        (rule("*", "\"update\""), Some(2)),
        (rule("*", "\"create\", \"read\", \"update\", \"delete\", \"list\""), Some(2)),
        (rule("+/*", all), Some(2)),
        (rule("+/+/+/p", "\"update\""), Some(2)),
        (rule("sys/*", all) + &rule("auth/*", all), Some(2)),
        (rule("sys/policies/acl/own", "\"update\""), Some(2)),
        (rule("sys/policies/acl/own", "\"create\""), None),
        (rule("sys/policies/acl/own", "\"patch\""), Some(2)),
        (rule("sys/policies/acl/other", "\"update\""), None),
        (rule("sys/policy/own", "\"update\""), Some(2)),
        (rule("sys/+/acl/*", "\"update\""), Some(2)),
        (rule("sys/policies/acl/*", "\"update\"") + &rule("sys/policies/acl/own", "\"deny\""), Some(2)),
        (
            rule("sys/policies/acl/*", "\"update\"")
                + &rule("sys/policies/acl/own", "\"deny\"")
                + &rule("sys/policies/acl/default", "\"read\""),
            None,
        ),
        (rule("identity/alias", "\"update\""), Some(2)),
        (rule("identity/persona/id/x", "\"update\""), Some(2)),
        ("path \"sys/policy/own\" { capabilities = [\"update\"]\n allowed_parameters = { \"rules\" = [] } }".to_owned(), Some(2)),
        ("path \"sys/policies/acl/own\" { capabilities = [\"update\"]\n allowed_parameters = { \"rules\" = [] } }".to_owned(), None),
        ("path \"identity/group/id/+\" { capabilities = [\"update\"]\n denied_parameters = { \"policies\" = [] } }".to_owned(), None),
        (rule("auth/kubernetes/role/app", "\"create\""), Some(2)),
        (rule("auth/kubernetes/role/app", "\"read\", \"list\""), None),
        (rule("auth/kubernetes/config", "\"update\""), Some(2)),
        (rule("sys/auth/*", "\"update\""), None),
        (rule("sys/auth/*", "\"update\", \"sudo\""), Some(2)),
        (rule("sys/auth/+/tune", "\"update\", \"sudo\""), None),
        (rule("sys/auth/a/b/tune", "\"update\", \"sudo\""), None),
        (rule("sys/mounts/auth/+/tune", "\"update\", \"sudo\""), None),
        (rule("sys/auth/*", "\"update\"") + &rule("sys/auth/+", "\"sudo\""), None),
        (rule("auth/token/create", "\"update\""), None),
        (rule("auth/token/create", "\"update\", \"sudo\""), Some(2)),
        (rule("auth/token/create-orphan", "\"update\", \"sudo\""), Some(2)),
        (rule("auth/token/roles/a", "\"update\""), None),
        (rule("auth/token/roles/a", "\"update\"") + &rule("auth/token/create/b", "\"update\""), None),
        (rule("auth/token/roles/a", "\"update\"") + &rule("auth/token/create/a", "\"update\""), Some(2)),
        (rule("auth/token/roles/+", "\"update\"") + &rule("auth/token/create/b", "\"update\""), Some(2)),
        (rule("identity/entity/id/*", "\"update\""), Some(2)),
        (rule("sys/raw/*", "\"read\""), None),
        (rule("sys/raw/*", "\"read\", \"sudo\""), Some(2)),
        (rule("sys/raw/*", "\"list\", \"sudo\""), None),
        (rule("sys/mounts/*", "\"update\""), None),
        (rule("kv/data/*", all), None),
        ("path \"sys/policies/acl/own\" { capabilities = [\"update\"]\n denied_parameters = { \"policy\" = [] } }".to_owned(), None),
        ("path \"sys/policies/acl/own\" { capabilities = [\"update\"]\n required_parameters = [\"policy\"] }".to_owned(), Some(2)),
        (
            "path \"auth/kubernetes/role/a\" { capabilities = [\"update\"]\n allowed_parameters = { \"token_ttl\" = [] } }"
                .to_owned(),
            None,
        ),
        (
            "path \"auth/kubernetes/role/a\" { capabilities = [\"update\"]\n allowed_parameters = { \"token_policies\" = [\"app\"] } }"
                .to_owned(),
            None,
        ),
        (
            "path \"auth/kubernetes/role/a\" { capabilities = [\"update\"]\n allowed_parameters = { \"*\" = [] } }"
                .to_owned(),
            Some(2),
        ),
    ] {
        for target in ["", "target: {vault: \"1.20\"}\n", "target: {openbao: \"2.4\"}\n"] {
            assert_eq!(token(&policy, target), wanted, "{policy} {target}");
        }
    }
}
