//! What bindings let their subjects do in the cluster.

mod pairs;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::pairs::Pairs;
use super::graph::{Graph, Node, Step, Written};
use super::parties::{self, party_of};
use super::rights::{self, Kind, Names, Right, RoleSort};
use super::{Doubt, Evidence, Party, Piece, Sink, Without};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac::bootstrap;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::RoleDoubt;

/// Where a right holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Cluster,
    Namespace(String),
}

impl Scope {
    fn and(&self, other: &Scope) -> Option<Scope> {
        match (self, other) {
            (Scope::Cluster, scope) | (scope, Scope::Cluster) => Some(scope.clone()),
            (one, other) => (one == other).then(|| one.clone()),
        }
    }

    fn words(&self) -> String {
        match self {
            Scope::Cluster => "in the whole cluster".to_owned(),
            Scope::Namespace(namespace) => format!("in namespace `{namespace}`"),
        }
    }
}

/// A right as somebody holds it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) right: Right,
    pub(super) scope: Scope,
    pub(super) evidence: Vec<Evidence>,
    /// The role that is bound.
    pub(super) role: Option<(RoleSort, String)>,
    /// How it first has to be come by, to follow what is done; empty for what is held.
    pub(super) first: String,
}

/// Everything that bindings give to somebody.
pub(super) type Holdings = BTreeMap<Party, Vec<Held>>;

/// Adds what every binding of the project gives.
pub(super) fn add(graph: &mut Graph, access: &Access<'_>, without: &Without) {
    let project = access.project();
    let mut holdings = Holdings::new();
    let mut known: HashMap<(*const RbacRole, bool), Vec<Right>> = HashMap::new();
    for binding in &project.bindings {
        if without.leaves_out(Piece::Binding(binding.meta.name.span)) {
            continue;
        }
        doubts(graph, access, binding);
        let (Some(rules), Some(role)) =
            (access.cluster().rules_of(binding), access.cluster().role_of(binding))
        else {
            continue;
        };
        let scope = match (binding.cluster_wide, binding.meta.namespace_name()) {
            (true, _) => Scope::Cluster,
            (false, Some(namespace)) if !namespace.is_empty() => Scope::Namespace(namespace.to_owned()),
            // It goes wherever it is applied.
            (false, _) => continue,
        };
        let rights = known
            .entry((std::ptr::from_ref(role), binding.cluster_wide))
            .or_insert_with(|| rights::of_rules(rules, binding.cluster_wide));
        for subject in &binding.subjects {
            let Some(party) = party_of(binding, subject) else { continue };
            let held = rights.iter().map(|right| Held {
                right: right.clone(),
                scope: scope.clone(),
                evidence: evidence(binding, right),
                role: Some((sort_of(role.kind), role.meta.name.value.clone())),
                first: String::new(),
            });
            holdings.entry(party).or_default().extend(held);
        }
    }
    let cluster = graph.node(Node::Sink(Sink::Cluster));
    // The controllers of Kubernetes run as service accounts there, and some of them may write any role.
    let system = graph.node(Node::AnyOf("kube-system".to_owned()));
    graph.edge(system, cluster, None);
    let anybody = graph.node(Node::Anybody);
    graph.edge(anybody, system, None);
    let step = Step::new("may be any service account, as whoever may do anything", Vec::new());
    let step = graph.step(step);
    graph.edge(cluster, anybody, Some(step));
    let masters = graph.node(Node::Party(Party::Group("system:masters".to_owned())));
    graph.edge(masters, cluster, None);
    let parties: Vec<Party> = graph.parties.keys().cloned().collect();
    for party in &parties {
        let node = graph.party(party.clone());
        let Some(own) = holdings.get(party) else { continue };
        let mut held = own.clone();
        if held.iter().any(|held| held.right.kind.is_half()) {
            held.extend(of_groups(party, &holdings));
        }
        lead_on(graph, project, node, &held);
    }
    note_holders(graph, &holdings, project);
    graph.holdings = holdings;
}

/// What somebody holds as a member of groups, of that which comes to something beside their own.
pub(super) fn of_groups(party: &Party, holdings: &Holdings) -> Vec<Held> {
    let groups = match party {
        Party::ServiceAccount { namespace, .. } => parties::groups_of(namespace),
        Party::User(_) => vec!["system:authenticated".to_owned()],
        Party::Matching { .. } | Party::Group(_) => Vec::new(),
    };
    let held = groups.into_iter().filter_map(|group| holdings.get(&Party::Group(group))).flatten();
    held.filter(|held| held.right.kind.is_half()).cloned().collect()
}

/// Adds where the rights of somebody lead.
pub(super) fn lead_on(graph: &mut Graph, project: &Project, node: usize, held: &[Held]) {
    lead_further(graph, project, node, held, true);
}

/// The same for rights that hold in each namespace, or where `whole`, outside of all, too.
pub(super) fn lead_on_in(graph: &mut Graph, project: &Project, node: usize, held: &[Held], whole: bool) {
    let (everything, others): (Vec<&Held>, Vec<&Held>) =
        held.iter().partition(|held| held.right.kind == Kind::Everything && !whole);
    for held in everything {
        let to = target(graph, &held.scope);
        let does = format!("may do anything {}", held.scope.words());
        let step = graph.step(Step::new(does, held.evidence.clone()));
        graph.edge(node, to, Some(step));
    }
    let others: Vec<Held> = others.into_iter().cloned().collect();
    lead_on(graph, project, node, &others);
}

/// The same; `binds` says whether roles that can be bound are followed.
fn lead_further(graph: &mut Graph, project: &Project, node: usize, held: &[Held], binds: bool) {
    for one in held {
        alone(graph, project, node, one);
    }
    Pairs::lead_on(graph, project, node, held, binds);
}

fn alone(graph: &mut Graph, project: &Project, node: usize, held: &Held) {
    let whole = format!("{}{}", held.scope.words(), held.first);
    match held.right.kind {
        Kind::Everything => {
            let step = Step::new(format!("may do anything {whole}"), held.evidence.clone());
            let is_given = held.first.is_empty();
            let (to, step) = match held.scope {
                Scope::Cluster => {
                    (graph.node(Node::Sink(Sink::Cluster)), if is_given { step.given() } else { step })
                }
                _ => (target(graph, &held.scope), step),
            };
            let step = graph.step(step);
            graph.edge(node, to, Some(step));
        }
        Kind::Become(words) => match &held.right.names {
            Names::Any => {
                let to = target(graph, &held.scope);
                let step = graph.step(Step::new(format!("may {words} {whole}"), held.evidence.clone()));
                graph.edge(node, to, Some(step));
            }
            Names::Listed(names) => {
                for name in names {
                    let does = match words {
                        rights::IMPERSONATE => {
                            format!("may impersonate the service account `{name}` {whole}")
                        }
                        _ => format!("may {words} for the service account `{name}` {whole}"),
                    };
                    let to = named(graph, &held.scope, name);
                    if to.is_empty() {
                        continue;
                    }
                    let step = graph.step(Step::new(does, held.evidence.clone()));
                    to.into_iter().for_each(|to| graph.edge(node, to, Some(step)));
                }
            }
        },
        Kind::BecomeOfPods(words) => {
            let Names::Listed(names) = &held.right.names else { return };
            for name in names {
                let mut to: Vec<usize> = Vec::new();
                for workload in &project.workloads {
                    let place = workload.meta.namespace_name().unwrap_or_default();
                    let is_here = match &held.scope {
                        Scope::Cluster => !place.is_empty(),
                        Scope::Namespace(namespace) => namespace == place,
                    };
                    if is_here && makes(workload.kind.as_str(), workload.meta.name.as_str(), name) {
                        let account = workload.service_account.as_ref().map_or("default", |it| it.as_str());
                        to.push(graph.party(Party::account(place, account)));
                    }
                }
                if to.is_empty() {
                    let what = format!("as which service account the pod `{name}` runs is not known");
                    let span = held.evidence.first().and_then(|evidence| evidence.span);
                    graph.doubt(node, Doubt { what, span });
                    continue;
                }
                let does = format!("may {words}, of these in `{name}`, {whole}");
                let step = graph.step(Step::new(does, held.evidence.clone()));
                to.into_iter().for_each(|to| graph.edge(node, to, Some(step)));
            }
        }
        Kind::ReadSecrets => {
            for secret in &project.token_secrets {
                let place = secret.meta.namespace_name().unwrap_or_default();
                let Some(account) = secret.account.as_ref().filter(|_| !place.is_empty()) else { continue };
                let is_here = match &held.scope {
                    Scope::Cluster => true,
                    Scope::Namespace(namespace) => namespace == place,
                };
                let name = secret.meta.name.as_str();
                let is_named = match &held.right.names {
                    Names::Any => true,
                    Names::Listed(names) => names.iter().any(|listed| listed == name),
                };
                if is_here && is_named {
                    let to = graph.party(Party::account(place, account.as_str()));
                    let mut evidence = held.evidence.clone();
                    let what = format!("Secret {name} with a token of {place}/{account}");
                    evidence.push(Evidence { what, span: Some(secret.meta.name.span), piece: None });
                    let does = format!("may read the Secret `{name}` in namespace `{place}`");
                    let step = graph.step(Step::new(does, evidence));
                    graph.edge(node, to, Some(step));
                }
            }
        }
        _ => {}
    }
}

/// True if the workload is the pod of this name, or makes such pods.
fn makes(kind: &str, own: &str, pod: &str) -> bool {
    match kind {
        "Pod" => own == pod,
        _ => pod.strip_prefix(own).is_some_and(|rest| rest.starts_with('-')),
    }
}

/// Any service account of where a right holds.
fn target(graph: &mut Graph, scope: &Scope) -> usize {
    match scope {
        Scope::Cluster => graph.node(Node::Anybody),
        Scope::Namespace(namespace) => graph.node(Node::AnyOf(namespace.clone())),
    }
}

/// The service accounts of one name where a right holds.
fn named(graph: &mut Graph, scope: &Scope, name: &str) -> Vec<usize> {
    match scope {
        Scope::Namespace(namespace) => vec![graph.party(Party::account(namespace, name))],
        Scope::Cluster => {
            let is_meant = |party: &&Party| match party {
                Party::ServiceAccount { name: own, .. } => own == name,
                _ => false,
            };
            let parties: Vec<Party> = graph.parties.keys().filter(is_meant).cloned().collect();
            parties.into_iter().map(|party| graph.party(party)).collect()
        }
    }
}

pub(super) fn sort_of(kind: RbacRoleKind) -> RoleSort {
    match kind {
        RbacRoleKind::Role => RoleSort::Roles,
        RbacRoleKind::ClusterRole => RoleSort::ClusterRoles,
    }
}

/// The rules of the role of a name: those of the inputs, else those that every cluster has.
pub(super) fn rules_named<'p>(
    project: &'p Project,
    sort: RoleSort,
    namespace: &str,
    name: &str,
) -> Vec<&'p crate::model::kube::rbac::RbacRule> {
    let kind = match sort {
        RoleSort::Roles => RbacRoleKind::Role,
        RoleSort::ClusterRoles => RbacRoleKind::ClusterRole,
    };
    let known = project.rbac_roles_called(kind, name).filter(|role| {
        kind == RbacRoleKind::ClusterRole
            || namespace.is_empty()
            || role.meta.namespace_name() == Some(namespace)
    });
    let rules: Vec<_> = known.flat_map(|role| &role.rules).collect();
    if rules.is_empty() && sort == RoleSort::ClusterRoles { bootstrap::rules_of(name) } else { rules }
}

fn evidence(binding: &Binding, right: &Right) -> Vec<Evidence> {
    let role = &binding.role_ref;
    let what = format!("{} {} → {} {}", binding.kind_word(), binding.meta.name, role.kind, role.name);
    let piece = Some(Piece::Binding(binding.meta.name.span));
    let of_binding = Evidence { what, span: Some(role.span), piece };
    let built_in = right.place.source == bootstrap::BUILT_IN;
    let of_rule = (!built_in).then(|| {
        let what = format!("rule of {} {}", role.kind, role.name);
        Evidence { what, span: Some(right.place), piece: None }
    });
    std::iter::once(of_binding).chain(of_rule).collect()
}

/// What is not known of a binding.
fn doubts(graph: &mut Graph, access: &Access<'_>, binding: &Binding) {
    let parties: Vec<Party> =
        binding.subjects.iter().filter_map(|subject| party_of(binding, subject)).collect();
    let name = &binding.role_ref.name;
    let is_adrift = !binding.cluster_wide && binding.meta.namespace_name().is_none_or(str::is_empty);
    let role = access.cluster().role_of(binding);
    let (what, span) = match role {
        _ if is_adrift => {
            let gives = access.cluster().rules_of(binding);
            let gives = gives.is_none_or(|rules| !rights::of_rules(rules, false).is_empty());
            if !gives {
                return;
            }
            let what = format!(
                "the RoleBinding `{}` has no namespace: where it is applied is not known",
                binding.meta.name
            );
            (what, binding.meta.name.span)
        }
        None => {
            let why = RoleDoubt::NotAmongInputs.why();
            (format!("{} `{name}` {why}", binding.role_ref.kind), binding.role_ref.span)
        }
        Some(role) => {
            let all = access.definitions(role);
            let rights = |role: &RbacRole| -> Vec<(Kind, Names)> {
                let found = rights::of_rules(&role.rules, binding.cluster_wide);
                found.into_iter().map(|right| (right.kind, right.names)).collect()
            };
            let first = all.first().map(|role| rights(role));
            if all.iter().all(|other| Some(rights(other)) == first) {
                return;
            }
            let what = format!(
                "the {} `{name}` is defined more than once, and which one counts is not known",
                role.kind.word()
            );
            (what, role.meta.name.span)
        }
    };
    for party in parties {
        let node = graph.party(party);
        graph.doubt(node, Doubt { what: what.clone(), span: Some(span) });
    }
}

/// Notes who holds roles that somebody may write by name.
fn note_holders(graph: &mut Graph, holdings: &Holdings, project: &Project) {
    let written: BTreeSet<String> = graph
        .writes
        .values()
        .flat_map(BTreeMap::keys)
        .filter_map(|written| match written {
            Written::ClusterRole(name) => Some(name.clone()),
            Written::Policy(..) => None,
        })
        .collect();
    if written.is_empty() {
        return;
    }
    for binding in project.bindings.iter().filter(|binding| binding.cluster_wide) {
        let name = &binding.role_ref.name.value;
        if binding.role_ref.role_kind() != Some(RbacRoleKind::ClusterRole) || !written.contains(name) {
            continue;
        }
        for party in binding.subjects.iter().filter_map(|subject| party_of(binding, subject)) {
            if holdings.contains_key(&party) || graph.parties.contains_key(&party) {
                let node = graph.party(party);
                graph.holds.entry(node).or_default().insert(Written::ClusterRole(name.clone()));
            }
        }
    }
}
