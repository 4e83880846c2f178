//! Credentials of the secrets engine, and other names for the same.

use super::directions::with;
use super::*;

const RBAC: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ops}
rules: [{apiGroups: [''], resources: [pods], verbs: [get]}]
";

/// What an engine role names says something else.
#[test]
fn credentials_may_do_what_their_role_says_now() {
    let of = |engine: &str, rbac: &str| {
        let spec = with(&[("service_account_name: viewer", engine)]);
        project(&[("a.access.yaml", &spec), ("b.yaml", rbac)])
    };
    let wide = RBAC.replace("verbs: [get]", "verbs: [get, delete]");
    let local = |rbac: &str| {
        rbac.replace("kind: ClusterRole\n", "kind: Role\n")
            .replace("name: ops}", "name: ops, namespace: apps}")
    };
    let binding = "\
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ops}
subjects: [{kind: ServiceAccount, name: viewer, namespace: apps}]
";
    let cluster = "kubernetes_role_type: clusterrole\n          kubernetes_role_name: ops";
    let who = "whoever may use `kubernetes/creds/d`";
    let table: Vec<(&str, &str, String, String, Vec<String>)> = vec![
        (
            "a ClusterRole, which the request binds in the whole cluster",
            cluster,
            RBAC.to_owned(),
            wide.clone(),
            vec![format!(
                "gained {who}: delete on pods in None, delete pods x -n default [+ delete - get + ops - ops]"
            )],
        ),
        ("the same", cluster, RBAC.to_owned(), RBAC.to_owned(), vec![]),
        (
            "a Role",
            "kubernetes_role_name: ops",
            local(&wide),
            local(RBAC),
            vec![format!(
                "lost {who}: delete on pods in Some(\"apps\"), delete pods x -n apps [- delete + get - ops + ops]"
            )],
        ),
        (
            "of another namespace",
            "kubernetes_role_name: ops",
            local(RBAC),
            local(&wide).replace("apps", "other"),
            vec![
                "gained whoever is bound to the Role `ops` of the namespace `other`: get+delete on pods in Some(\"other\"), get pods x -n other [+ pods + ops]".to_owned(),
                format!("lost {who}: get on pods in Some(\"apps\"), get pods x -n apps [- pods - ops + ops]"),
                format!(
                    "doubt New: the Role `ops` is not among the inputs, so what it gives to `{}` is not known [ops]",
                    who.replace('`', "'")
                ),
            ],
        ),
        (
            "a service account, told with it",
            "service_account_name: viewer",
            format!("{RBAC}{binding}"),
            format!("{wide}{binding}"),
            vec![format!(
                "gained apps/viewer, {who}: delete on pods in None, delete pods x -n default [+ delete + viewer - get + viewer - viewer]"
            )],
        ),
        (
            "one that is bound now",
            "service_account_name: viewer",
            RBAC.to_owned(),
            format!("{RBAC}{binding}"),
            vec![format!(
                "gained apps/viewer, {who}: get on pods in None, get pods x -n default [+ pods + viewer + viewer - viewer]"
            )],
        ),
        (
            "one of another name",
            "service_account_name: other",
            RBAC.to_owned(),
            format!("{RBAC}{binding}"),
            vec![
                "gained apps/viewer: get on pods in None, get pods x -n default [+ pods + viewer]".to_owned(),
            ],
        ),
    ];
    let mut wrong = String::new();
    for (what, engine, old, new, wanted) in table {
        let found = lines(&of(engine, &old), &of(engine, &new));
        if found != wanted {
            wrong += &format!("{what}\n  {}\n  wanted\n  {}\n\n", found.join("\n  "), wanted.join("\n  "));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Of a role under another name that gives less, there is a case where names count, and no gain.
#[test]
fn other_names_give_nobody_anything() {
    let role = |name: &str, more: &str| {
        format!(
            "{name}: {{bound_service_account_names: [web], bound_service_account_namespaces: [app], token_policies: [p]{more}}}"
        )
    };
    let policy = |name: &str, label: &str| format!("{name}:\n  path:\n    {label}: {{capabilities: [read]}}");
    let policies = policy("p", "kv/p");
    let of = |roles: &str| spec(&policies, roles);
    let lines = of_texts(&of(&role("web", "")), &of(&role("site", "")));
    assert_eq!(lines, ["changed app/web: auth role `kubernetes/site` name: web to site [- web + site]"]);
    let lines = of_texts(&of(&role("web", ", token_ttl: 1h")), &of(&role("site", ", token_ttl: 2h")));
    assert_eq!(
        lines,
        [
            "gained app/web: auth role `kubernetes/site` token_ttl: 1h to 2h [- 1h + 2h]",
            "changed app/web: auth role `kubernetes/site` name: web to site [- web + site]",
        ]
    );
    // Two of them find those that are most like them.
    let two = |one: &str, other: &str| of(&format!("{}\n{}", role(one, ""), role(other, ", token_ttl: 2h")));
    assert_eq!(of_texts(&two("a", "b"), &two("z", "y")).len(), 2);
    // Without a role that attaches it, a policy is known by its name.
    let alone = |name: &str, label: &str| spec(&policy(name, label), "");
    assert_eq!(
        of_texts(&alone("a", "kv/p"), &alone("b", "kv/p")),
        ["changed policy:b: policy `b` name: a to b [- a + b]"]
    );
    assert_eq!(of_texts(&alone("a", "kv/p"), &alone("b", "kv/q")).len(), 2);
    // Everybody holds that one.
    let lines = of_texts(&alone("a", "kv/p"), &alone("default", "kv/p"));
    assert!(lines.iter().any(|line| line.starts_with("gained")), "{lines:?}");
}
