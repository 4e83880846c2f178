//! Random projects.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::syntax::{Source, SourceId, Sources};

pub const NAMESPACES: [&str; 3] = ["one", "two", "kube-system"];
pub const NAMES: [&str; 3] = ["a", "b", "c"];
/// With one of which no input speaks: one may be impersonated before it is there, and each namespace has a `default`.
pub const ALL_NAMES: [&str; 4] = ["a", "b", "c", "new"];
pub const RBAC: &str = "rbac.authorization.k8s.io";

/// ClusterRoles that random bindings give: name, labels and selectors, rule.
pub const ROLES: [(&str, &str, &str); 36] = [
    ("look", "", "{apiGroups: [\"\"], resources: [pods, secrets], verbs: [get, list]}"),
    ("pods", "", "{apiGroups: [\"\"], resources: [pods], verbs: [create]}"),
    ("jobs", "", "{apiGroups: [batch], resources: [jobs], verbs: [patch]}"),
    ("exec", "", "{apiGroups: [\"\"], resources: [pods/exec], verbs: [get]}"),
    (
        "token-a",
        "",
        "{apiGroups: [\"\"], resources: [serviceaccounts/token], resourceNames: [a], verbs: [create]}",
    ),
    (
        "as-b",
        "",
        "{apiGroups: [\"\"], resources: [serviceaccounts], resourceNames: [b], verbs: [impersonate]}",
    ),
    (
        "as-new",
        "",
        "{apiGroups: [\"\"], resources: [serviceaccounts], resourceNames: [new], verbs: [impersonate]}",
    ),
    (
        "as-user",
        "",
        "{apiGroups: [\"\"], resources: [users], resourceNames: [somebody], verbs: [impersonate]}",
    ),
    ("as-users", "", "{apiGroups: [\"\"], resources: [users], verbs: [impersonate]}"),
    (
        "as-masters",
        "",
        "{apiGroups: [\"\"], resources: [groups], resourceNames: [\"system:masters\"], verbs: [impersonate]}",
    ),
    ("as-uid", "", "{apiGroups: [authentication.k8s.io], resources: [uids], verbs: [impersonate]}"),
    (
        "escalate",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}",
    ),
    (
        "escalate-look",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [look, new], verbs: [escalate]}",
    ),
    ("change", "", "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [update]}"),
    ("create", "", "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [create]}"),
    (
        "delete",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [pods, look], verbs: [delete]}",
    ),
    (
        "apply-new",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [new], verbs: [create, patch]}",
    ),
    (
        "change-look",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [look], verbs: [escalate, update]}",
    ),
    ("roles", "", "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate, patch]}"),
    (
        "role-mine",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [roles], resourceNames: [mine], verbs: [escalate, update]}",
    ),
    (
        "bind",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [cluster-admin], verbs: [bind]}",
    ),
    (
        "bind-bind",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [bind, as-b], verbs: [bind]}",
    ),
    (
        "bind-any",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles, roles], verbs: [bind]}",
    ),
    (
        "bindings",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}",
    ),
    (
        "some-bindings",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], verbs: [create]}",
    ),
    (
        "apply-binding",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [rolebindings], resourceNames: [fresh], verbs: [create, update]}",
    ),
    ("secrets", "", "{apiGroups: [\"\"], resources: [secrets], verbs: [create, get]}"),
    ("apply-pod", "", "{apiGroups: [\"\"], resources: [pods], resourceNames: [p], verbs: [create, patch]}"),
    ("own-aggregate", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {team: x}}]}", ""),
    (
        "shut-aggregate",
        "aggregationRule: {clusterRoleSelectors: [{matchLabels: {team: x}, matchExpressions: [{key: team, operator: DoesNotExist}]}]}",
        "",
    ),
    ("gathers", "aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: of-it}}]}", ""),
    ("part", "", "{apiGroups: [\"\"], resources: [pods], verbs: [create]}"),
    (
        "bind-gathers",
        "",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [gathers], verbs: [bind]}",
    ),
    ("view", "", ""),
    ("mine", "", ""),
    ("all", "", "{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}"),
];

/// Everything, as a rule.
const ALL: &str = "{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}";

/// Path rules that random policies are made of.
const RULES: [(&str, &[&str]); 16] = [
    ("kv/data/app", &["read"]),
    ("sys/policies/acl/p0", &["update"]),
    ("sys/policies/acl/p1", &["update"]),
    ("sys/policies/acl/*", &["update"]),
    ("sys/policies/acl/p0", &["deny"]),
    ("sys/policies/acl/default", &["deny"]),
    ("sys/+/acl/p2", &["read", "update"]),
    ("auth/kubernetes/role/x", &["create"]),
    ("auth/token/create", &["update"]),
    ("auth/token/create", &["update", "sudo"]),
    ("k8s/creds/e0", &["update"]),
    ("k8s/creds/+", &["update"]),
    ("sys/auth/+/tune", &["update", "sudo"]),
    ("sys/*", &["update"]),
    ("+/+/+/p1", &["update"]),
    ("*", &["read", "list"]),
];

/// Capabilities that may be added to a rule.
pub const MORE: [&[&str]; 4] =
    [&["update"], &["create", "patch"], &["sudo"], &["create", "read", "update", "delete", "list", "sudo"]];

#[derive(Debug, Clone)]
pub struct Plan {
    /// Role, namespace or the whole cluster, namespace and name of the service account.
    pub bindings: Vec<(usize, Option<usize>, usize, usize)>,
    /// Role, namespace or the whole cluster, group.
    pub crowds: Vec<(usize, Option<usize>, usize)>,
    /// Namespace, name, policies.
    pub roles: Vec<(usize, usize, Vec<usize>)>,
    pub policies: Vec<Vec<usize>>,
    /// Namespace and name of the service account of each role of the engine.
    pub engine: Vec<(usize, usize)>,
    /// Capabilities added to a rule: policy, rule, which.
    pub more: Option<(usize, usize, usize)>,
}

/// Groups that service accounts are in.
const CROWDS: [&str; 3] = ["system:serviceaccounts", "system:serviceaccounts:one", "system:authenticated"];

pub fn binding() -> impl Strategy<Value = (usize, Option<usize>, usize, usize)> {
    (0..ROLES.len(), proptest::option::weighted(0.6, 0..3_usize), 0..3_usize, 0..3_usize)
}

pub fn plan() -> impl Strategy<Value = Plan> {
    let crowd = (0..ROLES.len() - 1, proptest::option::weighted(0.6, 0..3_usize), 0..CROWDS.len());
    let role = (0..3_usize, 0..3_usize, proptest::collection::vec(0..3_usize, 1..3));
    let policy = proptest::collection::vec(0..RULES.len(), 1..4);
    let bindings = proptest::collection::vec(binding(), 0..9);
    let crowds = proptest::collection::vec(crowd, 0..2);
    let roles = proptest::collection::vec(role, 0..5);
    let policies = proptest::collection::vec(policy, 3);
    let engine = proptest::collection::vec((0..3_usize, 0..3_usize), 2);
    (bindings, crowds, roles, policies, engine).prop_map(|(bindings, crowds, roles, policies, engine)| Plan {
        bindings,
        crowds,
        roles,
        policies,
        engine,
        more: None,
    })
}

/// What somebody wrote to the cluster.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Writes {
    /// ClusterRoles that now give everything, with all labels.
    pub cluster_roles: BTreeSet<String>,
    /// Roles that do, by namespace.
    pub roles: BTreeSet<(&'static str, String)>,
    /// New bindings: kind of role and its name, namespace, to whom.
    pub bindings: BTreeSet<(&'static str, String, Option<&'static str>, Account)>,
}

impl Writes {
    fn text(&self) -> String {
        let mut text = String::new();
        let labels = "{team: x, part: of-it, rbac.authorization.k8s.io/aggregate-to-view: \"true\"}";
        for name in &self.cluster_roles {
            let meta = format!("{{name: {name}, labels: {labels}}}");
            writeln!(text, "---\napiVersion: {RBAC}/v1\nkind: ClusterRole\nmetadata: {meta}\nrules: [{ALL}]")
                .unwrap();
        }
        for (namespace, name) in &self.roles {
            let meta = format!("{{name: {name}, namespace: {namespace}}}");
            writeln!(text, "---\napiVersion: {RBAC}/v1\nkind: Role\nmetadata: {meta}\nrules: [{ALL}]")
                .unwrap();
        }
        for (at, (kind, role, place, (namespace, name))) in self.bindings.iter().enumerate() {
            text += &bound(
                &format!("w{at}"),
                kind,
                role,
                *place,
                &format!("{{kind: ServiceAccount, name: {name}, namespace: {namespace}}}"),
            );
        }
        text
    }
}

/// A binding.
fn bound(name: &str, role_kind: &str, role: &str, place: Option<&str>, subject: &str) -> String {
    let kind = if place.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
    let place = place.map(|place| format!(", namespace: {place}")).unwrap_or_default();
    format!(
        "---\napiVersion: {RBAC}/v1\nkind: {kind}\nmetadata: {{name: {name}{place}}}\n\
         roleRef: {{apiGroup: {RBAC}, kind: {role_kind}, name: {role}}}\nsubjects: [{subject}]\n"
    )
}

impl Plan {
    /// Without the roles that were written, which have other rules now.
    pub fn texts(&self, writes: &Writes) -> [(&'static str, String); 2] {
        let mut rbac = String::new();
        let is_own = |name: &str| !matches!(name, "view" | "mine") && !writes.cluster_roles.contains(name);
        for (name, more, rule) in ROLES.iter().filter(|(name, ..)| is_own(name)) {
            let labels = if *name == "part" { ", labels: {part: of-it}" } else { "" };
            writeln!(
                rbac,
                "---\napiVersion: {RBAC}/v1\nkind: ClusterRole\nmetadata: {{name: {name}{labels}}}\nrules: [{rule}]\n{more}"
            )
            .unwrap();
        }
        for namespace in
            NAMESPACES.into_iter().filter(|place| !writes.roles.contains(&(*place, "mine".to_owned())))
        {
            writeln!(
                rbac,
                "---\napiVersion: {RBAC}/v1\nkind: Role\nmetadata: {{name: mine, namespace: {namespace}}}\n\
                 rules: [{{apiGroups: [\"\"], resources: [pods], verbs: [get]}}]"
            )
            .unwrap();
        }
        // The role `mine` is one of a namespace.
        let kind = |role: usize| if ROLES[role].0 == "mine" { "Role" } else { "ClusterRole" };
        for (at, (role, namespace, of, name)) in self.bindings.iter().enumerate() {
            let place = namespace.map(|at| NAMESPACES[at]);
            let place = place.or((kind(*role) == "Role").then_some("one"));
            let subject =
                format!("{{kind: ServiceAccount, name: {}, namespace: {}}}", NAMES[*name], NAMESPACES[*of]);
            rbac += &bound(&format!("b{at}"), kind(*role), ROLES[*role].0, place, &subject);
        }
        for (at, (role, namespace, group)) in self.crowds.iter().enumerate() {
            let place = namespace.map(|at| NAMESPACES[at]);
            let place = place.or((kind(*role) == "Role").then_some("one"));
            let subject = format!("{{kind: Group, apiGroup: {RBAC}, name: \"{}\"}}", CROWDS[*group]);
            rbac += &bound(&format!("g{at}"), kind(*role), ROLES[*role].0, place, &subject);
        }
        // Two that may do in a namespace what an engine does: as which of them it acts is not known.
        writeln!(
            rbac,
            "---\napiVersion: {RBAC}/v1\nkind: Role\nmetadata: {{name: mint, namespace: side}}\n\
             rules: [{{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}}]\n\
             ---\napiVersion: {RBAC}/v1\nkind: RoleBinding\nmetadata: {{name: mint, namespace: side}}\n\
             roleRef: {{apiGroup: {RBAC}, kind: Role, name: mint}}\n\
             subjects: [{{kind: ServiceAccount, name: first}}, {{kind: ServiceAccount, name: second}}]"
        )
        .unwrap();
        for namespace in NAMESPACES {
            for name in NAMES {
                writeln!(rbac, "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, namespace: {namespace}}}").unwrap();
            }
        }
        let mut spec = "apiVersion: rolewright/v1\nkind: Access\nname: x\ntarget: {openbao: \"2.4\"}\nvault:\n  auth:\n    kubernetes:\n      roles:\n".to_owned();
        if self.roles.is_empty() {
            spec = spec.replace("roles:", "roles: {}");
        }
        for (at, (namespace, name, policies)) in self.roles.iter().enumerate() {
            let policies: BTreeSet<String> = policies.iter().map(|at| format!("p{at}")).collect();
            let policies = policies.into_iter().collect::<Vec<_>>().join(", ");
            writeln!(
                spec,
                "        r{at}: {{bound_service_account_names: [{}], bound_service_account_namespaces: [{}], token_policies: [{policies}]}}",
                NAMES[*name], NAMESPACES[*namespace]
            )
            .unwrap();
        }
        spec += "  policies:\n";
        for (at, rules) in self.policies.iter().enumerate() {
            writeln!(spec, "    p{at}:\n      path:").unwrap();
            let mut seen = BTreeSet::new();
            for (place, rule) in rules.iter().enumerate().filter(|(_, rule)| seen.insert(RULES[**rule].0)) {
                let (label, words) = RULES[*rule];
                let mut words: BTreeSet<&str> = words.iter().copied().collect();
                if let Some((policy, rule, more)) = self.more
                    && (policy, rule) == (at, place)
                    && !words.contains("deny")
                {
                    words.extend(MORE[more]);
                }
                let words: Vec<&str> = words.into_iter().collect();
                writeln!(spec, "        \"{label}\": {{capabilities: [{}]}}", words.join(", ")).unwrap();
            }
        }
        spec += "  secrets_engines:\n    k8s:\n      roles:\n";
        for (at, (namespace, name)) in self.engine.iter().enumerate() {
            writeln!(
                spec,
                "        e{at}: {{allowed_kubernetes_namespaces: [{}], service_account_name: {}}}",
                NAMESPACES[*namespace], NAMES[*name]
            )
            .unwrap();
        }
        [("rbac.yaml", rbac), ("x.access.yaml", spec)]
    }

    pub fn project(&self, writes: &Writes) -> Project {
        let settings = Settings::default();
        let texts = self.texts(writes).into_iter().chain([("writes.yaml", writes.text())]).zip(0..);
        let sources: Vec<Source> = texts
            .filter(|((_, text), _)| !text.is_empty())
            .map(|((name, text), id)| Source { id: SourceId(id), name: name.to_owned(), text, bom: false })
            .collect();
        let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
        let project = Project::assemble(Sources::new(sources), lowered, settings);
        assert!(project.syntax_errors.is_empty() && project.malformed.is_empty(), "{:?}", project.malformed);
        project
    }

    /// Nothing was written.
    pub fn plainly(&self) -> Project {
        self.project(&Writes::default())
    }
}

pub type Account = (&'static str, &'static str);
