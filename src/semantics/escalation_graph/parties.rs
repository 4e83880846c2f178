//! Everybody of whom the inputs speak.

use super::Party;
use super::graph::{Graph, Node, Step};
use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::bound;
use crate::semantics::rbac::builtin;
use crate::semantics::reach::Access;

/// Whoever is logged in.
const AUTHENTICATED: &str = "system:authenticated";
/// Whoever is not, as a group and as a user.
const UNAUTHENTICATED: &str = "system:unauthenticated";
const ANONYMOUS: &str = "system:anonymous";

/// Adds everybody, and what follows from being somebody. The order is that of the inputs.
pub(super) fn add(graph: &mut Graph, access: &Access<'_>) {
    let project = access.project();
    let mut take = |namespace: Option<&str>, name: &str| {
        let namespace = namespace.filter(|namespace| is_plain(namespace));
        if let Some(namespace) = namespace.filter(|_| is_plain(name)) {
            let node = graph.party(Party::account(namespace, name));
            graph.sources.insert(node);
        }
    };
    for account in &project.service_accounts {
        take(account.meta.namespace_name(), account.meta.name.as_str());
    }
    for (_, role) in access.roles() {
        for namespace in role.namespaces() {
            role.names().iter().for_each(|name| take(Some(namespace.as_str()), name.as_str()));
        }
    }
    for workload in &project.workloads {
        let name = workload.service_account.as_ref().map_or("default", |name| name.as_str());
        take(workload.meta.namespace_name(), name);
    }
    for secret in &project.token_secrets {
        if let Some(account) = &secret.account {
            take(secret.meta.namespace_name(), account.as_str());
        }
    }
    for role in &project.secrets_roles {
        let Some(name) = role.fields.text("service_account_name") else { continue };
        for namespace in role.fields.list("allowed_kubernetes_namespaces") {
            take(Some(namespace.as_str()), name.value);
        }
    }
    for binding in &project.bindings {
        for subject in &binding.subjects {
            let Some(party) = party_of(binding, subject) else { continue };
            let node = graph.party(party);
            if !builtin::is_own_binding(binding) && !is_of_kubernetes(subject) {
                graph.sources.insert(node);
            }
        }
    }
}

/// Adds service accounts that are asked about, as far as no input speaks of them.
pub(super) fn ask(graph: &mut Graph, asked: &[Party]) {
    for party in asked {
        if matches!(party, Party::ServiceAccount { .. }) && !graph.parties.contains_key(party) {
            graph.party(party.clone());
            graph.asked.insert(party.clone());
        }
    }
}

/// Connects everybody with the groups that they are in, and namespaces with their service accounts.
pub(super) fn connect(graph: &mut Graph) {
    come_without_login(graph);
    let parties: Vec<(Party, usize)> =
        graph.parties.iter().map(|(party, node)| (party.clone(), *node)).collect();
    let mut namespaces: Vec<String> = Vec::new();
    for (party, node) in &parties {
        if let Party::ServiceAccount { namespace, .. } = party {
            let of_namespace = graph.node(Node::AnyOf(namespace.clone()));
            graph.edge(of_namespace, *node, None);
            if namespaces.last() != Some(namespace) {
                namespaces.push(namespace.clone());
            }
        }
        be_in(graph, *node, groups_with(party));
    }
    let anybody = graph.node(Node::Anybody);
    for (party, node) in &parties {
        if matches!(party, Party::Matching { .. }) {
            graph.edge(anybody, *node, None);
        }
    }
    for namespace in &namespaces {
        let of_namespace = graph.node(Node::AnyOf(namespace.clone()));
        graph.edge(anybody, of_namespace, None);
    }
    // Some of them are such that no input speaks of: `default` is one in every namespace.
    for (of_namespace, namespace) in graph.namespaces() {
        be_in(graph, of_namespace, groups_of(&namespace));
        for (party, node) in &parties {
            if matches!(party, Party::Matching { namespace: bound, .. } if bound::admits(bound, &namespace)) {
                graph.edge(of_namespace, *node, None);
            }
        }
    }
    be_in(graph, anybody, groups_of("*"));
    // Those that an engine makes where the request says may be in any namespace.
    let of_namespaces = |party: &Party| match party {
        Party::Group(name) if name.starts_with("system:serviceaccounts:") => Some(name.clone()),
        _ => None,
    };
    let everywhere: Vec<String> = parties.iter().filter_map(|(party, _)| of_namespaces(party)).collect();
    for (made, spot) in graph.made() {
        be_in(graph, made, groups_of(&spot));
        if spot == "*" {
            be_in(graph, made, everywhere.clone());
        }
    }
}

/// Whoever is logged in can leave their token out, and is whoever is not.
fn come_without_login(graph: &mut Graph) {
    let known = not_logged_in().into_iter().filter_map(|party| graph.parties.get(&party));
    let known: Vec<usize> = known.copied().collect();
    if known.is_empty() {
        return;
    }
    let authenticated = graph.party(Party::Group(AUTHENTICATED.to_owned()));
    let step = graph.step(Step { is_login: true, ..Step::new("may come without a login", Vec::new()) });
    graph.without_login = Some(step);
    known.into_iter().for_each(|to| graph.edge(authenticated, to, Some(step)));
}

/// Whoever is not logged in, as a user and as a group.
pub(super) fn not_logged_in() -> [Party; 2] {
    [Party::User(ANONYMOUS.to_owned()), Party::Group(UNAUTHENTICATED.to_owned())]
}

fn be_in(graph: &mut Graph, node: usize, groups: Vec<String>) {
    for group in groups {
        if let Some(group) = graph.parties.get(&Party::Group(group)).copied() {
            graph.edge(node, group, None);
        }
    }
}

/// The groups that somebody is in, or whoever is in a group.
pub(super) fn groups_with(party: &Party) -> Vec<String> {
    let authenticated = || AUTHENTICATED.to_owned();
    match party {
        Party::ServiceAccount { namespace, .. } | Party::Matching { namespace, .. } => groups_of(namespace),
        Party::User(name) if name == ANONYMOUS => vec![UNAUTHENTICATED.to_owned()],
        Party::User(_) => vec![authenticated()],
        Party::Group(name) => match name.as_str() {
            AUTHENTICATED | UNAUTHENTICATED => Vec::new(),
            _ if name.starts_with("system:serviceaccounts:") => {
                vec!["system:serviceaccounts".to_owned(), authenticated()]
            }
            _ => vec![authenticated()],
        },
    }
}

/// The groups that service accounts of a namespace are in.
pub(super) fn groups_of(namespace: &str) -> Vec<String> {
    let all = ["system:serviceaccounts", "system:authenticated"].map(str::to_owned);
    let own = (!namespace.contains('*')).then(|| format!("system:serviceaccounts:{namespace}"));
    all.into_iter().chain(own).collect()
}

/// Whom a subject names; nothing if that cannot be told.
pub(super) fn party_of(binding: &Binding, subject: &Subject) -> Option<Party> {
    let name = subject.name.as_str();
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match subject.kind.as_str() {
        "ServiceAccount" => {
            let own = subject.namespace.as_ref().map(|namespace| namespace.as_str());
            let own = own.filter(|namespace| !namespace.is_empty());
            let of_binding = if binding.cluster_wide { None } else { binding.meta.namespace_name() };
            let namespace = own.or(of_binding).filter(|namespace| !namespace.is_empty())?;
            Some(Party::ServiceAccount { namespace: namespace.to_owned(), name: filled(name)? })
        }
        "User" => match name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':')) {
            Some((namespace, name)) => Some(Party::account(namespace, name)),
            None => filled(name).map(Party::User),
        },
        "Group" => filled(name).map(Party::Group),
        _ => None,
    }
}

/// Control plane and nodes.
fn is_of_kubernetes(subject: &Subject) -> bool {
    let name = subject.name.as_str();
    let crowds =
        ["system:serviceaccounts", "system:authenticated", "system:unauthenticated", "system:anonymous"];
    match subject.kind.as_str() {
        "ServiceAccount" => false,
        _ => {
            name.starts_with("system:")
                && !name.starts_with("system:serviceaccount:")
                && !crowds.iter().any(|crowd| name.starts_with(crowd))
        }
    }
}

/// False for globs and for what a template leaves open.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && !text.contains(['*', '$', '{'])
}
