//! What bindings let their subjects do in the cluster.

mod alone;
mod bind;
mod named;
mod pairs;
mod ties;
mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use self::alone::{alone, target};
pub(super) use self::named::{Known as KnownRoles, roles as roles_named};
use self::pairs::Pairs;
pub(super) use self::ties::{Tie, Ties};
use super::graph::{Graph, Node, Step, Written};
use super::parties::{self, party_of};
use super::rights::{self, Kind, Right};
use super::{Doubt, Evidence, Party, Piece, Request, Sink, Without, code};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::rbac::bootstrap;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::RoleDoubt;

/// Where a right holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    pub(super) fn words(&self) -> String {
        match self {
            Scope::Cluster => "in the whole cluster".to_owned(),
            Scope::Namespace(namespace) => format!("in namespace {}", code(namespace)),
        }
    }
}

/// A right as somebody holds it.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) right: Right,
    pub(super) scope: Scope,
    pub(super) evidence: Vec<Evidence>,
    /// How it first has to be come by, to follow what is done; empty for what is held.
    pub(super) first: String,
}

impl Held {
    /// The request that the right is, on an object of this name where it is one of several.
    fn request(&self, name: Option<&str>) -> Request {
        let ask = &self.right.ask;
        Request::Kubernetes {
            verb: ask.verb,
            group: ask.group,
            resource: ask.resource,
            name: name.map(str::to_owned).or_else(|| ask.name.clone()),
            namespace: match &self.scope {
                Scope::Cluster => None,
                Scope::Namespace(namespace) => Some(namespace.clone()),
            },
        }
    }

    /// A step by this right; what first has to be come by is no request of somebody as they are.
    fn step(&self, does: impl Into<String>, name: Option<&str>) -> Step {
        let step = Step::new(does, self.evidence.clone());
        if self.first.is_empty() { step.asking([self.request(name)]) } else { step }
    }
}

/// What servers bind by themselves to the groups that everybody is in.
fn everybody(graph: &mut Graph, access: &Access<'_>, holdings: &mut Holdings, ties: &mut Ties) {
    for binding in bootstrap::bindings().iter().filter(|it| it.role_ref.name.value != "cluster-admin") {
        let name = &binding.role_ref.name.value;
        let roles = named::roles(access, RbacRoleKind::ClusterRole, &Scope::Cluster, name, true);
        let rights: Vec<Right> = roles.into_iter().flat_map(|role| role.rights).collect();
        let what =
            format!("{} {} of every cluster → ClusterRole {name}", binding.kind_word(), binding.meta.name);
        let of_binding = Evidence { what, span: None, piece: None };
        for party in binding.subjects.iter().filter_map(|subject| party_of(binding, subject)) {
            let node = graph.party(party.clone());
            let held = rights.iter().map(|right| {
                let is_written = right.place.source != bootstrap::BUILT_IN;
                let what = format!("rule of ClusterRole {name}");
                let of_rule = Evidence { what, span: Some(right.place), piece: None };
                Held {
                    right: right.clone(),
                    scope: Scope::Cluster,
                    evidence: std::iter::once(of_binding.clone())
                        .chain(is_written.then_some(of_rule))
                        .collect(),
                    first: String::new(),
                }
            });
            holdings.entry(party.clone()).or_default().extend(held);
            let tie = Tie {
                sort: RbacRoleKind::ClusterRole,
                role: name.clone(),
                scope: Scope::Cluster,
                evidence: vec![of_binding.clone()],
            };
            ties.add(&party, node, tie);
        }
    }
}

/// Everything that bindings give to somebody.
pub(super) type Holdings = BTreeMap<Party, Vec<Held>>;

/// Adds what every binding of the project gives.
pub(super) fn add(graph: &mut Graph, access: &Access<'_>, without: &Without) {
    let project = access.project();
    let mut holdings = Holdings::new();
    let mut ties = Ties::new(project);
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
                evidence: evidence(binding, Some(right)),
                first: String::new(),
            });
            holdings.entry(party.clone()).or_default().extend(held);
            let node = graph.party(party.clone());
            let tie = Tie {
                sort: role.kind,
                role: role.meta.name.value.clone(),
                scope: scope.clone(),
                evidence: evidence(binding, None),
            };
            ties.add(&party, node, tie);
        }
    }
    everybody(graph, access, &mut holdings, &mut ties);
    graph.holdings = holdings;
    graph.ties = ties;
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
    // Of the users of the control plane, this one may make tokens.
    let manager = graph.node(Node::Party(Party::User("system:kube-controller-manager".to_owned())));
    let step =
        Step::new("may mint tokens in the whole cluster, as the controllers of Kubernetes do", Vec::new());
    let step = graph.step(step);
    graph.edge(manager, anybody, Some(step));
    let parties: Vec<Party> = graph.parties.keys().cloned().collect();
    for party in &parties {
        let node = graph.party(party.clone());
        let Some(own) = graph.holdings.get(party).cloned() else { continue };
        let beside = match own.iter().any(|held| held.right.kind.is_half()) {
            true => of_groups(party, &graph.holdings),
            false => Vec::new(),
        };
        let ties = graph.ties.with_groups(party);
        lead_on(graph, access, node, Holder { own: &own, beside, ties });
    }
}

/// What somebody holds who may be at a node.
pub(super) struct Holder<'h> {
    pub(super) own: &'h [Held],
    /// What they hold as members of groups, of that which comes to something beside their own.
    pub(super) beside: Vec<Held>,
    pub(super) ties: Vec<Tie>,
}

/// What somebody holds as a member of groups, of that which comes to something beside their own.
pub(super) fn of_groups(party: &Party, holdings: &Holdings) -> Vec<Held> {
    let groups = parties::groups_with(party).into_iter();
    let held = groups.filter_map(|group| holdings.get(&Party::Group(group))).flatten();
    held.filter(|held| held.right.kind.is_half()).cloned().collect()
}

/// The same as [`lead_on`] for rights that hold in each namespace, or where `whole`, outside of all, too.
pub(super) fn lead_on_in(
    graph: &mut Graph,
    access: &Access<'_>,
    node: usize,
    holder: Holder<'_>,
    whole: bool,
) {
    let (everything, others): (Vec<&Held>, Vec<&Held>) =
        holder.own.iter().partition(|held| held.right.kind == Kind::Everything && !whole);
    for held in everything {
        let to = target(graph, &held.scope);
        let step = graph.step(held.step(format!("may do anything {}", held.scope.words()), None));
        graph.edge(node, to, Some(step));
    }
    let others: Vec<Held> = others.into_iter().cloned().collect();
    lead_on(graph, access, node, Holder { own: &others, ..holder });
}

/// Adds where the rights of somebody lead.
pub(super) fn lead_on(graph: &mut Graph, access: &Access<'_>, node: usize, holder: Holder<'_>) {
    for one in holder.own {
        alone(graph, access.project(), node, one);
    }
    Pairs::lead_on(graph, access, node, holder);
}

fn evidence(binding: &Binding, right: Option<&Right>) -> Vec<Evidence> {
    let role = &binding.role_ref;
    let what = format!("{} {} → {} {}", binding.kind_word(), binding.meta.name, role.kind, role.name);
    let piece = Some(Piece::Binding(binding.meta.name.span));
    let of_binding = Evidence { what, span: Some(role.span), piece };
    let right = right.filter(|right| right.place.source != bootstrap::BUILT_IN);
    let of_rule = right.map(|right| {
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
                "the RoleBinding {} has no namespace: where it is applied is not known",
                code(binding.meta.name.as_str())
            );
            (what, binding.meta.name.span)
        }
        None => {
            let why = RoleDoubt::NotAmongInputs.why();
            (format!("{} {} {why}", binding.role_ref.kind, code(name.as_str())), binding.role_ref.span)
        }
        Some(role) => match named::several(access, role, binding.cluster_wide) {
            Some(doubt) => (doubt.what, role.meta.name.span),
            None => return,
        },
    };
    for party in parties {
        let node = graph.party(party);
        graph.doubt(node, Doubt { what: what.clone(), span: Some(span) });
    }
}

/// Notes who holds roles that somebody may write.
pub(super) fn note_holders(graph: &mut Graph) {
    let written: BTreeSet<Written> = graph.writes.values().flat_map(BTreeMap::keys).cloned().collect();
    for written in written {
        let Written::Role { sort, name, scope } = &written else { continue };
        let holders: Vec<usize> = graph.ties.holders(*sort, name.as_deref(), scope).collect();
        for node in holders {
            graph.holds.entry(node).or_default().insert(written.clone());
        }
    }
}
