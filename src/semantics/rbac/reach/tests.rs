use super::{of, referents};
use crate::model::lower;
use crate::model::project::{Project, Settings};
use crate::syntax::{Source, SourceId, Sources};

const CLUSTER_ROLE: &str =
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: r}, rules: []}";
const ROLE: &str =
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r, namespace: a}, rules: []}";
const ROLE_ANYWHERE: &str =
    "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: []}";

/// The first document of the first file is the role in question.
#[test]
fn a_role_reaches_as_far_as_its_bindings() {
    let edit = CLUSTER_ROLE
        .replace("name: r", "name: r, labels: {rbac.authorization.k8s.io/aggregate-to-edit: \"true\"}");
    let nobody = binding("ClusterRoleBinding", "", "ClusterRole").replace("[{kind", "[] #");
    let part = CLUSTER_ROLE.replace("name: r", "name: r, labels: {agg: \"true\"}");
    let gathers = |name: &str, label: &str| {
        let selectors = format!("[{{matchLabels: {{{label}: \"true\"}}}}]");
        CLUSTER_ROLE
            .replace("name: r", &format!("name: {name}"))
            .replace("rules: []", &format!("aggregationRule: {{clusterRoleSelectors: {selectors}}}"))
    };
    let to = |kind: &str, role: &str| {
        binding(kind, if kind == "RoleBinding" { "a" } else { "" }, "ClusterRole")
            .replace("name: r}", &format!("name: {role}}}"))
    };
    let cases: &[(&str, &[String], &str)] = &[
        ("no binding", &[CLUSTER_ROLE.into()], "once it is bound"),
        ("no subjects", &[CLUSTER_ROLE.into(), nobody], "once it is bound"),
        (
            "cluster-wide",
            &[CLUSTER_ROLE.into(), binding("ClusterRoleBinding", "", "ClusterRole")],
            "in the whole cluster",
        ),
        (
            "cluster-wide wins",
            &[
                CLUSTER_ROLE.into(),
                binding("RoleBinding", "a", "ClusterRole"),
                binding("ClusterRoleBinding", "", "ClusterRole"),
            ],
            "in the whole cluster",
        ),
        (
            "two namespaces",
            &[
                CLUSTER_ROLE.into(),
                binding("RoleBinding", "b", "ClusterRole"),
                binding("RoleBinding", "a", "ClusterRole"),
            ],
            "in namespaces `a` and `b`",
        ),
        ("own namespace", &[ROLE.into(), binding("RoleBinding", "a", "Role")], "in namespace `a`"),
        ("another namespace", &[ROLE.into(), binding("RoleBinding", "b", "Role")], "once it is bound"),
        (
            "namespace set later",
            &[ROLE_ANYWHERE.into(), binding("RoleBinding", "b", "Role")],
            "in namespace `b`",
        ),
        (
            "a Role cluster-wide",
            &[ROLE.into(), binding("ClusterRoleBinding", "", "Role")],
            "once it is bound",
        ),
        ("the other kind", &[ROLE.into(), binding("RoleBinding", "a", "ClusterRole")], "once it is bound"),
        (
            "through an aggregated role",
            &[part.clone(), gathers("r2", "agg"), to("ClusterRoleBinding", "r2")],
            "in the whole cluster",
        ),
        (
            "through two aggregated roles",
            &[
                part.clone(),
                gathers("r2", "agg").replace("name: r2", "name: r2, labels: {more: \"true\"}"),
                gathers("r3", "more"),
                to("RoleBinding", "r3"),
            ],
            "in namespace `a`",
        ),
        (
            "an aggregated role that selects others",
            &[part, gathers("r2", "other"), to("ClusterRoleBinding", "r2")],
            "once it is bound",
        ),
        ("aggregated", &[edit], "wherever the role `edit`, which takes it in, is bound"),
    ];
    for (what, documents, words) in cases {
        let project = project(&[("all.yaml", &documents.join("\n---\n"))]);
        let role = project.rbac_roles.first().expect("a role");
        assert_eq!(of(&project, role).words(), *words, "{what}");
    }
}

#[test]
fn a_binding_means_the_nearest_definition() {
    let bound = binding("ClusterRoleBinding", "", "ClusterRole");
    let project = project(&[
        ("overlays/dev/role.yaml", CLUSTER_ROLE),
        ("overlays/prod/binding.yaml", &bound),
        ("overlays/prod/role.yaml", CLUSTER_ROLE),
        ("vendor/role.yaml", CLUSTER_ROLE),
    ]);
    let reaches: Vec<bool> =
        project.rbac_roles.iter().map(|role| of(&project, role).is_cluster_wide()).collect();
    assert_eq!(reaches, [false, true, false]);
    let binding = project.bindings.first().expect("a binding");
    assert_eq!(referents(&project, binding).len(), 1);
}

fn binding(kind: &str, namespace: &str, role: &str) -> String {
    let namespace = if namespace.is_empty() { String::new() } else { format!(", namespace: {namespace}") };
    format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: {kind}\nmetadata: {{name: b{namespace}}}\n\
         roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {role}, name: r}}\n\
         subjects: [{{kind: ServiceAccount, name: s, namespace: n}}]\n"
    )
}

fn project(files: &[(&str, &str)]) -> Project {
    let sources: Vec<Source> = files
        .iter()
        .zip(0..)
        .map(|((name, text), id)| Source {
            id: SourceId(id),
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            bom: false,
        })
        .collect();
    let settings = Settings::default();
    let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
    Project::assemble(Sources::new(sources), lowered, settings)
}
