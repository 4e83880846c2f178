//! Ways to everything on random projects, against a plain fixpoint that asks one question after another of the evaluators
//! which answer `can-i`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;
use rolewright::model::lower;
use rolewright::model::project::{Project, Settings};
use rolewright::semantics::acl::{Operation, Verdict};
use rolewright::semantics::authorizer::{Query, User};
use rolewright::semantics::escalation_graph::{self as graph, EscalationGraph, Hop, Party, Sink};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::kubernetes::Answer;
use rolewright::semantics::reach::{Access, Subject, Token};
use rolewright::syntax::{Source, SourceId, Sources};

const NAMESPACES: [&str; 3] = ["one", "two", "kube-system"];
const NAMES: [&str; 3] = ["a", "b", "c"];
const RBAC: &str = "rbac.authorization.k8s.io";

/// ClusterRoles that random bindings give: name, labels and selectors, rule.
const ROLES: [(&str, &str, &str); 33] = [
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
const MORE: [&[&str]; 4] =
    [&["update"], &["create", "patch"], &["sudo"], &["create", "read", "update", "delete", "list", "sudo"]];

#[derive(Debug, Clone)]
struct Plan {
    /// Role, namespace or the whole cluster, namespace and name of the service account.
    bindings: Vec<(usize, Option<usize>, usize, usize)>,
    /// Role, namespace or the whole cluster, group.
    crowds: Vec<(usize, Option<usize>, usize)>,
    /// Namespace, name, policies.
    roles: Vec<(usize, usize, Vec<usize>)>,
    policies: Vec<Vec<usize>>,
    /// Namespace and name of the service account of each role of the engine.
    engine: Vec<(usize, usize)>,
    /// Capabilities added to a rule: policy, rule, which.
    more: Option<(usize, usize, usize)>,
}

/// Groups that service accounts are in.
const CROWDS: [&str; 3] = ["system:serviceaccounts", "system:serviceaccounts:one", "system:authenticated"];

fn binding() -> impl Strategy<Value = (usize, Option<usize>, usize, usize)> {
    (0..ROLES.len(), proptest::option::weighted(0.6, 0..3_usize), 0..3_usize, 0..3_usize)
}

fn plan() -> impl Strategy<Value = Plan> {
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
struct Writes {
    /// ClusterRoles that now give everything, with all labels.
    cluster_roles: BTreeSet<String>,
    /// Roles that do, by namespace.
    roles: BTreeSet<(&'static str, String)>,
    /// New bindings: kind of role and its name, namespace, to whom.
    bindings: BTreeSet<(&'static str, String, Option<&'static str>, Account)>,
}

impl Writes {
    fn text(&self) -> String {
        let mut text = String::new();
        let labels = "{team: x, rbac.authorization.k8s.io/aggregate-to-view: \"true\"}";
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
    fn texts(&self, writes: &Writes) -> [(&'static str, String); 2] {
        let mut rbac = String::new();
        let is_own = |name: &str| !matches!(name, "view" | "mine") && !writes.cluster_roles.contains(name);
        for (name, more, rule) in ROLES.iter().filter(|(name, ..)| is_own(name)) {
            writeln!(
                rbac,
                "---\napiVersion: {RBAC}/v1\nkind: ClusterRole\nmetadata: {{name: {name}}}\nrules: [{rule}]\n{more}"
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

    fn project(&self, writes: &Writes) -> Project {
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
    fn plainly(&self) -> Project {
        self.project(&Writes::default())
    }
}

type Account = (&'static str, &'static str);

/// What somebody can come to.
#[derive(Debug, Default, Clone, PartialEq)]
struct Reach {
    accounts: BTreeSet<Account>,
    writes: Writes,
    vault: bool,
    cluster: bool,
}

/// Does whatever the evaluators let through, and asks again in the cluster that comes of it, until nothing new does.
fn plainly(plan: &Plan, access: &Access<'_>, source: Account) -> Reach {
    let mut reach = Reach { accounts: BTreeSet::from([source]), ..Reach::default() };
    let mut project = plan.project(&reach.writes);
    loop {
        let before = reach.clone();
        let mut written: BTreeSet<String> = BTreeSet::new();
        let mut held: BTreeSet<String> = BTreeSet::new();
        let now = Access::new(&project);
        for account in before.accounts.clone() {
            cluster(&now, account, &mut reach);
            vault(plan, access, account, &mut reach, &mut written, &mut held);
        }
        reach.vault |= written.iter().any(|policy| held.contains(policy));
        if reach.vault {
            reach
                .accounts
                .extend(plan.engine.iter().map(|(namespace, name)| (NAMESPACES[*namespace], NAMES[*name])));
        }
        if reach.cluster {
            reach
                .accounts
                .extend(NAMESPACES.iter().flat_map(|namespace| NAMES.iter().map(|name| (*namespace, *name))));
        }
        if reach == before || (reach.vault && reach.cluster) {
            return reach;
        }
        if reach.writes != before.writes {
            project = plan.project(&reach.writes);
        }
    }
}

fn cluster(access: &Access<'_>, (namespace, name): Account, reach: &mut Reach) {
    let user = User::service_account(namespace, name);
    let may = |verb: &str, group: &str, resource: &str, name: Option<&str>, namespace: Option<&str>| {
        let request = Request { verb, group, resource, name };
        matches!(access.kubernetes(&user, &Query::Resource { request, namespace }), Answer::Allowed(_))
    };
    let users = may("impersonate", "", "users", Some("anybody"), None);
    let some_user = users || may("impersonate", "", "users", Some("somebody"), None);
    let mut all_names = NAMES.to_vec();
    all_names.push("new");
    let any_account = NAMESPACES.iter().any(|place| {
        all_names.iter().any(|name| may("impersonate", "", "serviceaccounts", Some(name), Some(place)))
    });
    let masters =
        may("impersonate", "", "groups", Some("system:masters"), None) && (some_user || any_account);
    reach.cluster |= users || masters || may("anything", "any.group", "things", None, None);
    // Rules are put into roles.
    let changes = |resource: &str, name: &str, place: Option<&str>| {
        may("update", RBAC, resource, Some(name), place) || may("patch", RBAC, resource, Some(name), place)
    };
    let writes = |resource: &str, name: &str, place: Option<&str>, is_there: bool| {
        let create = |name: Option<&str>| may("create", RBAC, resource, name, place);
        let escalate = |name: Option<&str>| may("escalate", RBAC, resource, name, place);
        let delete = || !is_there || may("delete", RBAC, resource, Some(name), place);
        let changes = changes(resource, name, place);
        (escalate(Some(name)) && changes && (is_there || create(Some(name))))
            || (escalate(None) && create(None) && delete())
    };
    for (role, ..) in ROLES.iter().filter(|(role, ..)| !matches!(*role, "view" | "mine")) {
        if writes("clusterroles", role, None, true) {
            reach.writes.cluster_roles.insert((*role).to_owned());
        }
    }
    if writes("clusterroles", "new", None, false) {
        reach.writes.cluster_roles.insert("new".to_owned());
    }
    for place in NAMESPACES {
        if writes("roles", "mine", Some(place), true) {
            reach.writes.roles.insert((place, "mine".to_owned()));
        }
    }
    // Roles are bound to whoever asks, by names that no binding has.
    let may_bind = |resource: &str, role: &str, place: Option<&str>| {
        let bindings = if place.is_some() { "rolebindings" } else { "clusterrolebindings" };
        let create = |name: Option<&str>| may("create", RBAC, bindings, name, place);
        may("bind", RBAC, resource, Some(role), place)
            && (create(None) || (create(Some("fresh")) && changes(bindings, "fresh", place)))
    };
    for place in NAMESPACES.iter().copied().map(Some).chain([None]) {
        let roles = ROLES.iter().map(|(role, ..)| *role).filter(|role| *role != "mine");
        for role in roles.chain(["cluster-admin"]).filter(|role| may_bind("clusterroles", role, place)) {
            reach.writes.bindings.insert(("ClusterRole", role.to_owned(), place, (namespace, name)));
        }
    }
    for place in NAMESPACES.into_iter().filter(|place| may_bind("roles", "mine", Some(place))) {
        reach.writes.bindings.insert(("Role", "mine".to_owned(), Some(place), (namespace, name)));
    }
    for place in NAMESPACES {
        let whole = may("create", "", "pods", None, Some(place))
            || (may("create", "", "pods", Some("p"), Some(place))
                && may("patch", "", "pods", Some("p"), Some(place)))
            || may("patch", "batch", "jobs", Some("any"), Some(place))
            || may("get", "", "pods/exec", Some("any"), Some(place))
            || may("anything", "any.group", "things", None, Some(place))
            || (may("create", "", "secrets", None, Some(place))
                && may("get", "", "secrets", Some("any"), Some(place)));
        if whole {
            reach.accounts.extend(NAMES.iter().map(|name| (place, *name)));
            reach.cluster |= place == "kube-system";
        }
        for name in NAMES {
            if may("create", "", "serviceaccounts/token", Some(name), Some(place))
                || may("impersonate", "", "serviceaccounts", Some(name), Some(place))
            {
                reach.accounts.insert((place, name));
            }
        }
    }
}

fn vault(
    plan: &Plan,
    access: &Access<'_>,
    (namespace, name): Account,
    reach: &mut Reach,
    written: &mut BTreeSet<String>,
    held: &mut BTreeSet<String>,
) {
    let subject: Subject = format!("{namespace}/{name}").parse().unwrap();
    // Without any auth role there is no way to a token.
    let holders = access.holders(&subject).unwrap_or_default();
    for holder in holders.iter().filter(|holder| holder.gets_token()) {
        let token = holder.token();
        let may = |operation: Operation, path: &str| {
            token.verdict(&token.request(operation, path)) == Verdict::Allowed
        };
        held.extend(holder.held.iter().map(|held| held.name.clone()));
        for policy in ["p0", "p1", "p2", "default"] {
            let paths = [format!("sys/policies/acl/{policy}"), format!("sys/policy/{policy}")];
            if paths.iter().any(|path| may(Operation::Update, path)) || may(Operation::Patch, &paths[0]) {
                written.insert(policy.to_owned());
            }
        }
        for path in ["auth/kubernetes/role/x", "auth/kubernetes/role/p1", "auth/x/users/y", "auth/x/config"] {
            reach.vault |= may(Operation::Create, path) || may(Operation::Update, path);
        }
        for path in
            ["sys/auth/x", "identity/entity", "identity/entity/id/p1", "sys/generate-root-token/attempt"]
        {
            reach.vault |= may(Operation::Update, path);
        }
        for operation in [Operation::Create, Operation::Read, Operation::Update] {
            reach.vault |= may(operation, "sys/raw/x");
        }
        reach.vault |= may(Operation::Create, "sys/plugins/catalog/auth/x");
        for path in ["auth/token/create", "auth/token/create-orphan"] {
            reach.vault |= may(Operation::Update, path) && has_sudo(&token, path);
        }
        for role in ["x", "p1"] {
            let path = format!("auth/token/roles/{role}");
            reach.vault |= (may(Operation::Update, &path) || may(Operation::Create, &path))
                && may(Operation::Update, &format!("auth/token/create/{role}"));
        }
        for (at, (namespace, name)) in plan.engine.iter().enumerate() {
            if may(Operation::Update, &format!("k8s/creds/e{at}")) {
                reach.accounts.insert((NAMESPACES[*namespace], NAMES[*name]));
            }
        }
    }
}

fn has_sudo(token: &Token<'_>, path: &str) -> bool {
    let mut acls = token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok());
    acls.all(|acl| acl.capabilities("", path).contains(&"sudo"))
}

/// True if the evaluators let every request of the hop through to who takes it; nothing for who is no one in particular.
fn is_allowed(access: &Access<'_>, hop: &Hop) -> Option<bool> {
    let user = if let Some(group) = hop.who.strip_prefix("group `") {
        let groups = vec![group.trim_end_matches('`').to_owned(), "system:authenticated".to_owned()];
        Some(User { name: "somebody".to_owned(), groups })
    } else {
        let (namespace, name) = hop.who.split_once('/').unwrap_or_default();
        NAMESPACES.contains(&namespace).then(|| User::service_account(namespace, name))
    };
    let role = hop.who.strip_prefix("the token of `auth/kubernetes/role/").map(|it| it.trim_end_matches('`'));
    let holder = role.map(|name| {
        let mut roles = access.roles();
        let (method, role) = roles.find(|(_, role)| role.name.value == name).unwrap();
        access.of_role(role, method)
    });
    let is_allowed = |request: &graph::Request| match request {
        graph::Request::Vault { namespace, capability, path } => {
            assert_eq!(namespace, "");
            let holder = holder.as_ref()?;
            let token = holder.token();
            Some(match Operation::of_capability(*capability) {
                Some(operation) => token.verdict(&token.request(operation, path)) == Verdict::Allowed,
                None => has_sudo(&token, path),
            })
        }
        graph::Request::Kubernetes { verb, group, resource, name, namespace } => {
            let request = Request { verb, group, resource, name: name.as_deref() };
            let query = Query::Resource { request, namespace: namespace.as_deref() };
            Some(matches!(access.kubernetes(user.as_ref()?, &query), Answer::Allowed(_)))
        }
    };
    hop.requests.iter().map(is_allowed).try_fold(true, |all, one| Some(all && one?))
}

/// True if that is everything in so many words.
fn is_literal(hop: &Hop) -> bool {
    hop.does.starts_with("may do anything")
        && (hop.becomes == Sink::Vault.words() || hop.does.ends_with("in the whole cluster"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ways_are_those_of_a_plain_fixpoint(plan in plan()) {
        let project = plan.plainly();
        let access = Access::new(&project);
        let graph = EscalationGraph::new(&access);
        for namespace in NAMESPACES {
            for name in NAMES {
                let wanted = plainly(&plan, &access, (namespace, name));
                let start = graph.start(&Party::account(namespace, name)).unwrap();
                for (sink, wanted) in [(Sink::Vault, wanted.vault), (Sink::Cluster, wanted.cluster)] {
                    let path = graph.path(&start, sink);
                    prop_assert_eq!(path.is_some(), wanted, "{}/{} to {:?}: {:#?}\n{}", namespace, name, sink, path,
                        plan.texts(&Writes::default()).map(|(_, text)| text).join("\n"));
                    // Each hop starts where an earlier one ended, and the last one ends there.
                    if let Some(path) = path {
                        prop_assert_eq!(path.hops.last().unwrap().becomes.as_str(), sink.words());
                        for (at, hop) in path.hops.iter().enumerate() {
                            let known = hop.who == path.source
                                || path.hops[..at].iter().any(|earlier| earlier.becomes == hop.who);
                            prop_assert!(known, "{:#?}", path);
                            prop_assert_ne!(is_allowed(&access, hop), Some(false), "{:#?}\n{}", path,
                                plan.texts(&Writes::default()).map(|(_, text)| text).join("\n"));
                        }
                        if path.is_direct {
                            prop_assert!(is_literal(path.hops.last().unwrap()), "{:#?}", path);
                        }
                    }
                }
            }
        }
    }

    /// Whoever is given more gets as far as before, and what was gained before counts as given only where it is
    /// everything in so many words.
    #[test]
    fn more_is_never_less(plan in plan(), more in (0..3_usize, 0..4_usize, 0..MORE.len()), bound in proptest::option::of(binding())) {
        let mut wider = plan.clone();
        match bound {
            Some(bound) => wider.bindings.push(bound),
            None => wider.more = Some(more),
        }
        let ways = |plan: &Plan| {
            let project = plan.plainly();
            EscalationGraph::new(&Access::new(&project)).paths(&Sink::ALL)
        };
        let (before, after) = (ways(&plan), ways(&wider));
        for way in &before {
            let same = after.iter().find(|it| (&it.source, it.sink) == (&way.source, way.sink));
            prop_assert!(same.is_some(), "{:#?}\n{:?}", way, wider);
            let same = same.unwrap();
            prop_assert!(way.is_direct || !same.is_direct || is_literal(same.hops.last().unwrap()), "{:#?}\n{:#?}", way, same);
            prop_assert!(same.is_direct || !way.is_direct, "{:#?}\n{:#?}", way, same);
        }
    }
}
