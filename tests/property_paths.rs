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
use rolewright::semantics::escalation_graph::{EscalationGraph, Party, Sink};
use rolewright::semantics::rbac::Request;
use rolewright::semantics::reach::kubernetes::Answer;
use rolewright::semantics::reach::{Access, Subject};
use rolewright::syntax::{Source, SourceId, Sources};

const NAMESPACES: [&str; 3] = ["one", "two", "kube-system"];
const NAMES: [&str; 3] = ["a", "b", "c"];
const RBAC: &str = "rbac.authorization.k8s.io";

/// ClusterRoles that random bindings give.
const ROLES: [(&str, &str); 15] = [
    ("look", "{apiGroups: [\"\"], resources: [pods, secrets], verbs: [get, list]}"),
    ("pods", "{apiGroups: [\"\"], resources: [pods], verbs: [create]}"),
    ("jobs", "{apiGroups: [batch], resources: [jobs], verbs: [patch]}"),
    ("exec", "{apiGroups: [\"\"], resources: [pods/exec], verbs: [get]}"),
    (
        "token-a",
        "{apiGroups: [\"\"], resources: [serviceaccounts/token], resourceNames: [a], verbs: [create]}",
    ),
    ("as-b", "{apiGroups: [\"\"], resources: [serviceaccounts], resourceNames: [b], verbs: [impersonate]}"),
    ("as-users", "{apiGroups: [\"\"], resources: [users], verbs: [impersonate]}"),
    (
        "as-masters",
        "{apiGroups: [\"\"], resources: [groups], resourceNames: [\"system:masters\"], verbs: [impersonate]}",
    ),
    ("escalate", "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [escalate]}"),
    ("change", "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [update]}"),
    (
        "change-look",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [look], verbs: [escalate, update]}",
    ),
    (
        "bind",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], resourceNames: [cluster-admin], verbs: [bind]}",
    ),
    (
        "bindings",
        "{apiGroups: [rbac.authorization.k8s.io], resources: [clusterrolebindings], verbs: [create]}",
    ),
    ("secrets", "{apiGroups: [\"\"], resources: [secrets], verbs: [create, get]}"),
    ("all", "{apiGroups: [\"*\"], resources: [\"*\"], verbs: [\"*\"]}"),
];

/// Path rules that random policies are made of.
const RULES: [(&str, &str); 12] = [
    ("kv/data/app", "[read]"),
    ("sys/policies/acl/p0", "[update]"),
    ("sys/policies/acl/p1", "[update]"),
    ("sys/policies/acl/*", "[update]"),
    ("sys/policies/acl/p0", "[deny]"),
    ("sys/policies/acl/default", "[deny]"),
    ("sys/+/acl/p2", "[read, update]"),
    ("auth/kubernetes/role/x", "[create]"),
    ("auth/token/create", "[update]"),
    ("auth/token/create", "[update, sudo]"),
    ("k8s/creds/e0", "[update]"),
    ("k8s/creds/+", "[update]"),
];

#[derive(Debug, Clone)]
struct Plan {
    /// Role, namespace or the whole cluster, namespace and name of the service account.
    bindings: Vec<(usize, Option<usize>, usize, usize)>,
    /// Namespace, name, policies.
    roles: Vec<(usize, usize, Vec<usize>)>,
    policies: Vec<Vec<usize>>,
    /// Namespace and name of the service account of each role of the engine.
    engine: Vec<(usize, usize)>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let binding = (0..ROLES.len(), proptest::option::weighted(0.7, 0..3_usize), 0..3_usize, 0..3_usize);
    let role = (0..3_usize, 0..3_usize, proptest::collection::vec(0..3_usize, 1..3));
    let policy = proptest::collection::vec(0..RULES.len(), 1..4);
    let bindings = proptest::collection::vec(binding, 0..7);
    let roles = proptest::collection::vec(role, 0..5);
    let policies = proptest::collection::vec(policy, 3);
    let engine = proptest::collection::vec((0..3_usize, 0..3_usize), 2);
    (bindings, roles, policies, engine).prop_map(|(bindings, roles, policies, engine)| Plan {
        bindings,
        roles,
        policies,
        engine,
    })
}

impl Plan {
    fn texts(&self) -> [(&'static str, String); 2] {
        let mut rbac = String::new();
        for (name, rule) in ROLES {
            writeln!(
                rbac,
                "---\napiVersion: {RBAC}/v1\nkind: ClusterRole\nmetadata: {{name: {name}}}\nrules: [{rule}]"
            )
            .unwrap();
        }
        for (at, (role, namespace, of, name)) in self.bindings.iter().enumerate() {
            let kind = if namespace.is_some() { "RoleBinding" } else { "ClusterRoleBinding" };
            let place = namespace.map(|at| format!(", namespace: {}", NAMESPACES[at])).unwrap_or_default();
            writeln!(
                rbac,
                "---\napiVersion: {RBAC}/v1\nkind: {kind}\nmetadata: {{name: b{at}{place}}}\n\
                 roleRef: {{apiGroup: {RBAC}, kind: ClusterRole, name: {}}}\n\
                 subjects: [{{kind: ServiceAccount, name: {}, namespace: {}}}]",
                ROLES[*role].0, NAMES[*name], NAMESPACES[*of]
            )
            .unwrap();
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
            for rule in rules.iter().filter(|rule| seen.insert(RULES[**rule].0)) {
                writeln!(spec, "        \"{}\": {{capabilities: {}}}", RULES[*rule].0, RULES[*rule].1)
                    .unwrap();
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

    fn project(&self) -> Project {
        let settings = Settings::default();
        let texts = self.texts().into_iter().zip(0..);
        let sources: Vec<Source> = texts
            .map(|((name, text), id)| Source { id: SourceId(id), name: name.to_owned(), text, bom: false })
            .collect();
        let lowered = sources.iter().map(|source| lower::file(source, &settings)).collect();
        let project = Project::assemble(Sources::new(sources), lowered, settings);
        assert!(project.syntax_errors.is_empty() && project.malformed.is_empty(), "{:?}", project.malformed);
        project
    }
}

type Account = (&'static str, &'static str);

/// What somebody can come to.
#[derive(Debug, Default, Clone, PartialEq)]
struct Reach {
    accounts: BTreeSet<Account>,
    vault: bool,
    cluster: bool,
}

/// Asks until nothing new comes of it.
fn plainly(plan: &Plan, access: &Access<'_>, source: Account) -> Reach {
    let mut reach = Reach { accounts: BTreeSet::from([source]), ..Reach::default() };
    loop {
        let before = reach.clone();
        let mut written: BTreeSet<String> = BTreeSet::new();
        let mut held: BTreeSet<String> = BTreeSet::new();
        for account in before.accounts.clone() {
            cluster(access, account, &before.accounts, &mut reach);
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
        if reach == before {
            return reach;
        }
    }
}

fn cluster(access: &Access<'_>, (namespace, name): Account, others: &BTreeSet<Account>, reach: &mut Reach) {
    let user = User::service_account(namespace, name);
    let may = |verb: &str, group: &str, resource: &str, name: Option<&str>, namespace: Option<&str>| {
        let request = Request { verb, group, resource, name };
        matches!(access.kubernetes(&user, &Query::Resource { request, namespace }), Answer::Allowed(_))
    };
    let users = may("impersonate", "", "users", Some("anybody"), None);
    let any_account = NAMESPACES.iter().any(|place| {
        NAMES.iter().any(|name| may("impersonate", "", "serviceaccounts", Some(name), Some(place)))
    });
    let masters = may("impersonate", "", "groups", Some("system:masters"), None) && (users || any_account);
    let bound = |role: &str, who: Account| {
        let bindings = access.project().bindings.iter().filter(|binding| binding.cluster_wide);
        bindings.filter(|binding| binding.role_ref.name.value == role).any(|binding| {
            binding.subjects.iter().any(|subject| {
                subject.name.value == who.1 && subject.namespace.as_ref().is_some_and(|it| it.value == who.0)
            })
        })
    };
    let rewrites = ROLES.iter().any(|(role, _)| {
        may("escalate", RBAC, "clusterroles", Some(role), None)
            && may("update", RBAC, "clusterroles", Some(role), None)
            && others.iter().any(|other| bound(role, *other))
    });
    let binds = may("bind", RBAC, "clusterroles", Some("cluster-admin"), None)
        && may("create", RBAC, "clusterrolebindings", None, None);
    reach.cluster |=
        users || masters || rewrites || binds || may("anything", "any.group", "things", None, None);
    for place in NAMESPACES {
        let whole = may("create", "", "pods", None, Some(place))
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
            if may(Operation::Update, &format!("sys/policies/acl/{policy}")) {
                written.insert(policy.to_owned());
            }
        }
        reach.vault |= may(Operation::Create, "auth/kubernetes/role/x");
        let acls = token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok());
        let with_sudo = |acl: &rolewright::semantics::acl::Acl<'_>| {
            acl.capabilities("", "auth/token/create").contains(&"sudo")
        };
        reach.vault |= may(Operation::Update, "auth/token/create") && acls.into_iter().all(with_sudo);
        for (at, (namespace, name)) in plan.engine.iter().enumerate() {
            if may(Operation::Update, &format!("k8s/creds/e{at}")) {
                reach.accounts.insert((NAMESPACES[*namespace], NAMES[*name]));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn ways_are_those_of_a_plain_fixpoint(plan in plan()) {
        let project = plan.project();
        let access = Access::new(&project);
        let graph = EscalationGraph::new(&access);
        for namespace in NAMESPACES {
            for name in NAMES {
                let wanted = plainly(&plan, &access, (namespace, name));
                let start = graph.start(&Party::account(namespace, name)).unwrap();
                for (sink, wanted) in [(Sink::Vault, wanted.vault), (Sink::Cluster, wanted.cluster)] {
                    let path = graph.path(&start, sink);
                    prop_assert_eq!(path.is_some(), wanted, "{}/{} to {:?}: {:#?}\n{}", namespace, name, sink, path,
                        plan.texts().map(|(_, text)| text).join("\n"));
                    // Each hop starts where an earlier one ended, and the last one ends there.
                    if let Some(path) = path {
                        prop_assert_eq!(path.hops.last().unwrap().becomes.as_str(), sink.words());
                        for (at, hop) in path.hops.iter().enumerate() {
                            let known = hop.who == path.source
                                || path.hops[..at].iter().any(|earlier| earlier.becomes == hop.who);
                            prop_assert!(known, "{:#?}", path);
                        }
                    }
                }
            }
        }
    }
}
