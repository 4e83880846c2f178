use super::*;
use crate::model::project::FileClass;
use crate::syntax::{SourceId, yaml};

fn source(text: &str) -> Source {
    Source { id: SourceId(0), name: "a.yaml".to_owned(), text: text.to_owned(), bom: false }
}

fn lower_text(source: &Source) -> Lowered {
    let stream = yaml::parse(&source.text, source.id);
    assert_eq!(stream.errors, [], "{}", source.text);
    let mut out = Lowered::nothing(FileClass::Read);
    for document in &stream.documents {
        lower(&document.root, source, &mut out);
    }
    out
}

fn words(texts: &[Spanned<String>]) -> Vec<&str> {
    texts.iter().map(Spanned::as_str).collect()
}

#[test]
fn a_role_is_read_with_the_place_of_every_field() {
    let source = source(
        "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: 'reader'
  labels: {team: \"a\"}
aggregationRule: {clusterRoleSelectors: []}
rules:
  - apiGroups: [\"\", apps]
    resources: [pods, \"*\"]
    resourceNames: [one]
    verbs:
      - get
      - 'list'
  - nonResourceURLs: [/healthz]
    verbs: [get]
",
    );
    let out = lower_text(&source);
    assert!(out.malformed.is_empty());
    let role = &out.rbac_roles[0];
    assert_eq!(role.kind, RbacRoleKind::ClusterRole);
    assert_eq!(source.slice(role.meta.name.span), "'reader'");
    assert_eq!(role.meta.label("team"), Some("a"));
    assert_eq!(source.slice(role.api_version.span), "rbac.authorization.k8s.io/v1");
    assert_eq!(role.aggregation.map(|span| source.slice(span)), Some("{clusterRoleSelectors: []}"));
    assert_eq!(role.rules.len(), 2);
    let rule = &role.rules[0];
    assert_eq!(words(&rule.api_groups), ["", "apps"]);
    assert_eq!(words(&rule.resources), ["pods", "*"]);
    assert_eq!(words(&rule.resource_names), ["one"]);
    assert_eq!(words(&rule.verbs), ["get", "list"]);
    assert_eq!(source.slice(rule.verbs[1].span), "'list'");
    assert!(source.slice(rule.span).starts_with("apiGroups") && source.slice(rule.span).ends_with("'list'"));
    assert_eq!(words(&role.rules[1].non_resource_urls), ["/healthz"]);
    assert_eq!(source.slice(role.meta.span), source.text.trim_end());
}

#[test]
fn bindings_accounts_and_namespaces_are_read() {
    let source = source(
        "\
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: b, namespace: app}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {kind: ServiceAccount, name: web, namespace: app}
- {kind: Group, name: \"system:authenticated\", apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1beta1
kind: ClusterRoleBinding
metadata: {name: c}
roleRef: {kind: ClusterRole, name: x}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web}
automountServiceAccountToken: false
---
apiVersion: v1
kind: Namespace
metadata: {name: app}
",
    );
    let out = lower_text(&source);
    assert!(out.malformed.is_empty(), "{:?}", out.malformed);
    let binding = &out.bindings[0];
    assert!(!binding.cluster_wide && out.bindings[1].cluster_wide);
    assert_eq!(binding.role_ref.role_kind(), Some(RbacRoleKind::ClusterRole));
    assert!(source.slice(binding.role_ref.span).starts_with("{apiGroup"));
    assert_eq!(binding.subjects[0].namespace.as_ref().map(Spanned::as_str), Some("app"));
    assert_eq!(source.slice(binding.subjects[1].name.span), "\"system:authenticated\"");
    assert_eq!(out.service_accounts[0].automount.map(|automount| automount.value), Some(false));
    assert_eq!(out.kubernetes_namespaces[0].meta.name.value, "app");
}

#[test]
fn workloads_of_every_shape_are_read() {
    let template = |indent: &str| {
        let lines = [
            "metadata:",
            "  annotations: {vault.hashicorp.com/role: app}",
            "spec:",
            "  serviceAccountName: web",
            "  automountServiceAccountToken: true",
        ];
        lines.map(|line| format!("{indent}{line}\n")).concat()
    };
    let in_template = format!("spec:\n  template:\n{}", template("    "));
    let in_job = format!("spec:\n  jobTemplate:\n    spec:\n      template:\n{}", template("        "));
    let pod = template("").replace("metadata:\n", "metadata:\n  name: x\n");
    for (version, kind, body) in [
        ("v1", "Pod", &pod),
        ("apps/v1", "Deployment", &in_template),
        ("extensions/v1beta1", "Deployment", &in_template),
        ("apps/v1", "StatefulSet", &in_template),
        ("apps/v1", "DaemonSet", &in_template),
        ("apps/v1", "ReplicaSet", &in_template),
        ("batch/v1", "Job", &in_template),
        ("batch/v1beta1", "CronJob", &in_job),
        ("apps.openshift.io/v1", "DeploymentConfig", &in_template),
    ] {
        let text = format!("apiVersion: {version}\nkind: {kind}\n{body}");
        let out = lower_text(&source(&text));
        assert!(out.malformed.is_empty(), "{text}: {:?}", out.malformed);
        let workload = &out.workloads[0];
        assert_eq!(workload.kind.value, kind);
        assert_eq!(workload.pod_annotations[0].1.value, "app", "{text}");
        assert_eq!(workload.service_account.as_ref().map(Spanned::as_str), Some("web"), "{text}");
        assert_eq!(workload.automount.map(|automount| automount.value), Some(true), "{text}");
    }
}

#[test]
fn items_of_lists_are_read() {
    for text in [
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}}\n- {apiVersion: v1, kind: Secret}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleList\nitems:\n- metadata: {name: r}",
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: List, items: [{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}}]}",
    ] {
        let out = lower_text(&source(text));
        assert_eq!(out.rbac_roles.len(), 1, "{text}");
        assert!(out.malformed.is_empty(), "{text}");
    }
}

#[test]
fn what_is_of_no_concern_is_passed_over() {
    for text in [
        "apiVersion: secrets.hashicorp.com/v1beta1\nkind: VaultAuth\nmetadata: {name: x}",
        "apiVersion: secrets-store.csi.x-k8s.io/v1\nkind: SecretProviderClass",
        "apiVersion: external-secrets.io/v1\nkind: SecretStore",
        "apiVersion: iam.example.org/v1\nkind: Role\nrules: wrong",
        "apiVersion: apps/v1\nkind: Role",
        "apiVersion: v1\nkind: [Role]",
        "spec: {template: {metadata: {annotations: {vault.hashicorp.com/role: true}}}}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n$patch: delete\nmetadata: {name: x}",
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\nsubjects: []",
        "[a, b]",
        "just text",
    ] {
        let out = lower_text(&source(text));
        assert!(out.malformed.is_empty(), "{text}: {:?}", out.malformed);
        assert!(out.rbac_roles.is_empty() && out.bindings.is_empty() && out.workloads.is_empty(), "{text}");
    }
}

#[test]
fn wrong_shapes_are_told_with_their_place() {
    let role = |body: &str| {
        format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {{name: r}}\n{body}")
    };
    let binding = |body: &str| {
        format!("apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {{name: b}}\n{body}")
    };
    let pod = |body: &str| format!("apiVersion: v1\nkind: Pod\n{body}");
    for (text, place, message, replacement) in [
        (role("rules: {a: b}"), "{a: b}", "`rules` takes a list, not a map", None),
        (role("rules: [x]"), "x", "an entry of `rules` must be a map, not text", None),
        (role("rules: [{verbs: get}]"), "get", "`verbs` takes a list of texts, not text", Some("[get]")),
        (role("rules: [{verbs: '*'}]"), "'*'", "`verbs` takes a list of texts, not text", Some("['*']")),
        (
            role("rules: [{verbs: 'get, list'}]"),
            "'get, list'",
            "`verbs` takes a list of texts, not text",
            None,
        ),
        (
            role("rules: [{verbs: [on]}]"),
            "on",
            "`on` is a truth value to Kubernetes, but `verbs` takes text",
            Some("\"on\""),
        ),
        (role("rules: [{resources: [[a]]}]"), "[a]", "`resources` takes text, not a list", None),
        (role("rules: [{verb: [get]}]"), "verb", "`rules` has no field `verb`", None),
        (role("rule: []"), "rule", "`Role` has no field `rule`", None),
        (role("aggregationRule: {}"), "aggregationRule", "`Role` has no field `aggregationRule`", None),
        (binding("roleref: {}"), "roleref", "`RoleBinding` has no field `roleref`", None),
        (binding("roleRef: {kind: Role}"), "{kind: Role}", "`roleRef` without `name`", None),
        (
            binding("roleRef: {kind: Role, name: 1}"),
            "1",
            "`1` is a number to Kubernetes, but `name` takes text",
            Some("\"1\""),
        ),
        (binding("roleRef: x"), "x", "`roleRef` takes a map, not text", None),
        (
            binding("roleRef: {kind: Role, name: x}\nsubjects: [{name: a}]"),
            "{name: a}",
            "`subjects` without `kind`",
            None,
        ),
        (
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole".to_owned(),
            "ClusterRole",
            "`ClusterRole` without `metadata.name`",
            None,
        ),
        (
            "kind: ClusterRole\nrules: []".to_owned(),
            "ClusterRole",
            "`ClusterRole` without `apiVersion`",
            None,
        ),
        (
            pod("metadata: {annotations: {vault.hashicorp.com/agent-inject: true}}"),
            "true",
            "`true` is a truth value to Kubernetes, but `vault.hashicorp.com/agent-inject` takes text",
            Some("\"true\""),
        ),
        (pod("metadata: {annotations: [a]}"), "[a]", "`annotations` takes a map, not a list", None),
        (
            pod("spec: {automountServiceAccountToken: \"false\"}"),
            "\"false\"",
            "`automountServiceAccountToken` takes `true` or `false`, not text",
            Some("false"),
        ),
        (
            pod("spec: {serviceAccountName: on}"),
            "on",
            "`on` is a truth value to Kubernetes, but `serviceAccountName` takes text",
            Some("\"on\""),
        ),
    ] {
        let source = source(&text);
        let out = lower_text(&source);
        let found: Vec<_> = out
            .malformed
            .iter()
            .map(|malformed| {
                (source.slice(malformed.span), malformed.message.as_str(), malformed.replacement.as_deref())
            })
            .collect();
        assert_eq!(found, [(place, message, replacement)], "{text}");
    }
}

#[test]
fn misspelt_fields_come_with_the_right_word() {
    let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: r}\nrules:\n- {apiGroup: [x], resource: [x], resourceName: [x], nonResourceUrls: [x], verb: [x]}";
    let out = lower_text(&source(text));
    let help: Vec<_> = out.malformed.iter().filter_map(|malformed| malformed.help.as_deref()).collect();
    assert_eq!(
        help,
        [
            "did you mean `apiGroups`?",
            "did you mean `resources`?",
            "did you mean `resourceNames`?",
            "did you mean `nonResourceURLs`?",
            "did you mean `verbs`?"
        ]
    );
}
