use super::*;

#[test]
fn rows_are_sorted_and_whole() {
    assert!(RESOURCES.is_sorted_by_key(|it| (it.name, it.group)));
    assert!(GROUPS.is_sorted());
    for it in RESOURCES {
        assert!(state(it.group).is_some(), "{}: {}", it.name, it.group);
        assert!(it.former_groups.iter().all(|group| state(group).is_some()), "{}", it.name);
        assert!(it.subresources.is_sorted_by_key(|part| part.name), "{}", it.name);
        assert!(!it.verbs.is_empty() && it.verbs.is_sorted(), "{}", it.name);
        let lower = it.kind.to_lowercase();
        let stem = lower.strip_suffix('y').or_else(|| lower.strip_suffix('s')).unwrap_or(&lower);
        assert!(it.name.starts_with(stem), "{} {}", it.name, it.kind);
        for part in it.subresources {
            assert!(!part.verbs.is_empty() && part.verbs.is_sorted(), "{}/{}", it.name, part.name);
        }
        for verb in it.verbs.iter().chain(it.special_verbs) {
            assert!(is_verb(verb), "{}: {verb}", it.name);
        }
    }
    for (group, served) in GROUPS {
        let known = in_group(group).any(|it| it.gone.is_none());
        assert_eq!(known, *served, "{group}");
    }
}

#[test]
fn resources_and_their_parts() {
    for (group, resource, verb, wanted) in [
        ("", "secrets", "get", Some(true)),
        ("", "secrets", "use", Some(false)),
        ("apps", "secrets", "get", None),
        ("apps", "deployments", "*", Some(true)),
        ("extensions", "deployments", "get", Some(true)),
        ("extensions", "deployments/scale", "update", Some(true)),
        ("", "deployments", "get", None),
        ("", "pods/exec", "create", Some(true)),
        ("", "pods/exec", "get", Some(true)),
        ("", "pods/exec", "list", Some(false)),
        ("", "pods/eviction", "create", Some(true)),
        ("", "pods/logs", "get", None),
        ("", "pods/*", "get", None),
        ("", "nodes", "proxy", Some(true)),
        ("", "nodes/configz", "get", Some(true)),
        ("", "namespaces", "deletecollection", Some(false)),
        ("", "serviceaccounts/token", "create", Some(true)),
        ("", "serviceaccounts/token", "get", Some(false)),
        ("", "serviceaccounts", "impersonate", Some(true)),
        ("", "users", "impersonate", Some(true)),
        ("", "users", "get", Some(false)),
        ("apps", "deployments/finalizers", "update", Some(true)),
        ("apps", "deployments/finalizers", "get", Some(false)),
        ("", "bindings/finalizers", "update", None),
        ("authentication.k8s.io", "userextras/scopes", "impersonate", Some(true)),
        ("authentication.k8s.io", "tokenreviews", "watch", Some(false)),
        ("authentication.k8s.io", "nodes", "impersonate:arbitrary-node", Some(true)),
        ("", "pods", "impersonate-on:user-info:list", Some(true)),
        ("", "secrets", "unsafe-delete-ignore-read-errors", Some(true)),
        ("rbac.authorization.k8s.io", "clusterroles", "bind", Some(true)),
        ("rbac.authorization.k8s.io", "clusterrolebindings", "bind", Some(false)),
        ("certificates.k8s.io", "signers", "attest", Some(true)),
        ("certificates.k8s.io", "signers", "get", Some(false)),
        ("certificates.k8s.io", "certificatesigningrequests/approval", "update", Some(true)),
        ("policy", "podsecuritypolicies", "use", Some(true)),
        ("resource.k8s.io", "resourceclaims/driver", "associated-node:patch", Some(true)),
        ("example.com", "widgets", "get", None),
        ("", "", "get", None),
        ("", "/", "get", None),
    ] {
        let serves = find(group, resource).map(|it| it.serves(verb));
        assert_eq!(serves, wanted, "{verb} {group}/{resource}");
    }
}

#[test]
fn names_and_groups() {
    let groups = |name: &str| named(name).iter().map(|it| it.group).collect::<Vec<_>>();
    assert_eq!(groups("events"), ["", "events.k8s.io"]);
    assert_eq!(groups("zebras"), [] as [&str; 0]);
    assert_eq!(groups("bindings"), [""]);
    assert_eq!(groups("workloads"), ["scheduling.k8s.io"]);
    assert!(is_built_in("") && is_built_in("apps"));
    assert!(!is_built_in("extensions") && is_former_group("extensions"));
    assert!(!is_built_in("example.com") && !is_former_group("example.com"));
    assert!(in_group("batch").map(|it| it.name).eq(["cronjobs", "jobs", "scheduledjobs"]));
    assert!(is_subresource("exec") && is_subresource("finalizers") && !is_subresource("web"));
    let psp = named("podsecuritypolicies").iter().find(|it| it.group == "policy").unwrap();
    assert!(psp.is_in(24) && !psp.is_in(25));
    assert!(!named("workloads").iter().any(|it| it.is_in(34)));
}

#[test]
fn what_was_meant() {
    for (word, group, wanted) in [
        ("pod", None, Some("pods")),
        ("Pod", None, Some("pods")),
        ("po", Some(""), Some("pods")),
        ("podes", Some(""), Some("pods")),
        ("persistentvolumerclaims", Some(""), Some("persistentvolumeclaims")),
        ("networkpolicy", Some("networking.k8s.io"), Some("networkpolicies")),
        ("networkpolicy", Some(""), None),
        ("ingresss", None, Some("ingresses")),
        ("serviceAccounts", None, Some("serviceaccounts")),
        ("deploy", None, Some("deployments")),
        ("zebras", None, None),
        ("", None, None),
    ] {
        assert_eq!(nearest(word, group).map(|it| it.name), wanted, "{word} in {group:?}");
    }
    let pods = named("pods").first().unwrap();
    for (word, wanted) in [("logs", Some("log")), ("portForward", Some("portforward")), ("", None)] {
        assert_eq!(pods.nearest_subresource(word).map(|it| it.name), wanted, "{word}");
    }
    for (word, wanted) in [
        ("rbac.authorization.k8s", Some("rbac.authorization.k8s.io")),
        ("networking", None),
        ("app", Some("apps")),
        ("", None),
    ] {
        assert_eq!(nearest_group(word), wanted, "{word}");
    }
}
