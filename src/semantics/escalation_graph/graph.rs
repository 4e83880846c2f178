//! Nodes and edges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet};

use super::cluster::{Holdings, Scope, Ties};
use super::rights::RoleSort;
use super::{Doubt, Evidence, Party, Request, Sink, code};
use crate::semantics::reach::Access;

/// Nodes by number, with the edges that lead on from each.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    numbers: HashMap<Node, usize>,
    pub(super) edges: Vec<Vec<Edge>>,
    pub(super) steps: Vec<Step>,
    /// Everybody of whom the inputs speak.
    pub(super) parties: BTreeMap<Party, Known>,
    /// Nodes that ways may start from.
    pub(super) sources: BTreeSet<usize>,
    /// Things that several nodes hold or write: whoever can be both a writer and a holder has what they write.
    pub(super) holds: BTreeMap<usize, BTreeSet<Written>>,
    pub(super) writes: BTreeMap<usize, BTreeMap<Written, usize>>,
    pub(super) doubts: BTreeMap<usize, Vec<Doubt>>,
    pub(super) doubts_everywhere: Vec<Doubt>,
    /// For each end and node: how far it is, and the edge that leads nearer.
    pub(super) nearest: HashMap<Sink, Nearest>,
    /// Ways that need two: to one who writes something, and to one who holds it.
    pub(super) joins: Vec<Join>,
    /// For the joins: by what is written, and round.
    pub(super) both: BTreeMap<(Written, usize), Both>,
    /// What bindings give to everybody, for the accounts of secrets engines.
    pub(super) holdings: Holdings,
    pub(super) ties: Ties,
    seen: HashSet<(usize, usize)>,
}

/// Somebody of whom the inputs speak.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub(super) node: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Node {
    Party(Party),
    /// Any service account of a Kubernetes namespace.
    AnyOf(String),
    /// Any service account of the cluster.
    Anybody,
    /// A token that an auth role issues: number of the role, and for whom where that matters.
    Token(String, usize, Option<Party>),
    /// The secrets engine of Kubernetes at a path, with the Vault namespace in front.
    Engine(String),
    /// A service account that a role of that engine makes: its number, and the namespace or `*`.
    Made(String, usize, String),
    Sink(Sink),
}

/// Something that can be written, and that gives its holders what is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Written {
    /// A policy: Vault namespace, name.
    Policy(String, String),
    /// A role that is bound, or any of that sort.
    Role {
        sort: RoleSort,
        name: Option<String>,
        /// Where it is bound.
        scope: Scope,
    },
}

impl Written {
    /// Where whoever can write what they hold gets to.
    pub(super) fn to(&self) -> Node {
        match self {
            Written::Policy(..) => Node::Sink(Sink::Vault),
            Written::Role { scope: Scope::Cluster, .. } => Node::Sink(Sink::Cluster),
            Written::Role { scope: Scope::Namespace(namespace), .. } => Node::AnyOf(namespace.clone()),
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Written::Policy(_, name) => format!("the policy {}", code(name)),
            Written::Role { sort, name: Some(name), scope } => {
                format!("the {} {} {}", sort.word(), code(name), scope.words())
            }
            Written::Role { sort, name: None, scope } => format!("a {} {}", sort.word(), scope.words()),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: usize,
    pub(super) by: By,
}

/// How one gets along an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// It follows from being somebody: a member of a group, one of the service accounts of a namespace.
    Being,
    /// By a step.
    Step(usize),
    /// By a join.
    Join(usize),
}

/// How far an end is from each node, and the edge that leads nearer.
pub(super) type Nearest = Vec<Option<(u32, u32)>>;

/// From one node to where something leads, by way of one who writes it and of one who holds it.
#[derive(Debug, Clone)]
pub(super) struct Join {
    pub(super) written: Written,
    /// What it counts.
    cost: u32,
    /// Joins of earlier rounds may be a part of it.
    pub(super) round: usize,
}

/// The ways to those who may write something, and to those who hold it.
#[derive(Debug)]
pub(super) struct Both {
    pub(super) writers: Nearest,
    pub(super) holders: Nearest,
}

/// What somebody does on a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// To follow the name.
    pub(super) does: String,
    pub(super) evidence: Vec<Evidence>,
    /// Requests that it rests on, all of them allowed to who takes it.
    pub(super) requests: Vec<Request>,
    /// What is reached was given in so many words.
    pub(super) is_given: bool,
    /// A login: nothing is gained by it that was not given.
    pub(super) is_login: bool,
}

impl Step {
    pub(super) fn new(does: impl Into<String>, evidence: Vec<Evidence>) -> Step {
        Step { does: does.into(), evidence, requests: Vec::new(), is_given: false, is_login: false }
    }

    /// Of ways of as many steps, one that was given comes first.
    pub(super) fn cost(&self) -> u32 {
        if self.is_given { STEP - 1 } else { STEP }
    }

    pub(super) fn asking(self, requests: impl IntoIterator<Item = Request>) -> Step {
        Step { requests: requests.into_iter().collect(), ..self }
    }

    pub(super) fn given(self) -> Step {
        Step { is_given: true, ..self }
    }
}

impl Graph {
    /// The number of a node, which is new if nobody has asked for it.
    pub(super) fn node(&mut self, node: Node) -> usize {
        if let Some(number) = self.numbers.get(&node) {
            return *number;
        }
        let number = self.nodes.len();
        self.nodes.push(node.clone());
        self.edges.push(Vec::new());
        self.numbers.insert(node, number);
        number
    }

    /// The number of a node, if it is there.
    pub(super) fn number(&self, node: &Node) -> Option<usize> {
        self.numbers.get(node).copied()
    }

    pub(super) fn at(&self, number: usize) -> Option<&Node> {
        self.nodes.get(number)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The node of somebody, from now on known.
    pub(super) fn party(&mut self, party: Party) -> usize {
        if let Some(known) = self.parties.get(&party) {
            return known.node;
        }
        let node = self.node(Node::Party(party.clone()));
        self.parties.insert(party, Known { node });
        node
    }

    /// The nodes of any service account of a namespace, with the namespace.
    pub(super) fn namespaces(&self) -> Vec<(usize, String)> {
        let named = |(number, node): (usize, &Node)| match node {
            Node::AnyOf(namespace) => Some((number, namespace.clone())),
            _ => None,
        };
        self.nodes.iter().enumerate().filter_map(named).collect()
    }

    /// The nodes of service accounts that engines make, with the namespace or `*`.
    pub(super) fn made(&self) -> Vec<(usize, String)> {
        let made = |(number, node): (usize, &Node)| match node {
            Node::Made(_, _, spot) => Some((number, spot.clone())),
            _ => None,
        };
        self.nodes.iter().enumerate().filter_map(made).collect()
    }

    pub(super) fn step(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// Connects two nodes. Of several edges between them the first counts.
    pub(super) fn edge(&mut self, from: usize, to: usize, step: Option<usize>) {
        if from != to
            && self.seen.insert((from, to))
            && let Some(edges) = self.edges.get_mut(from)
        {
            edges.push(Edge { to, by: step.map_or(By::Being, By::Step) });
        }
    }

    pub(super) fn doubt(&mut self, at: usize, doubt: Doubt) {
        let doubts = self.doubts.entry(at).or_default();
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    }

    /// Who somebody is at a node.
    pub(super) fn name(&self, number: usize) -> String {
        match self.at(number) {
            Some(Node::Party(party)) => party.to_string(),
            Some(Node::AnyOf(namespace)) => format!("any service account of namespace {}", code(namespace)),
            Some(Node::Anybody) => "any service account of the cluster".to_owned(),
            Some(Node::Token(role, ..)) => format!("the token of {}", code(role)),
            Some(Node::Engine(path)) => format!("the Kubernetes secrets engine at {}", code(path)),
            Some(Node::Made(role, ..)) => format!("a service account made by {role}"),
            Some(Node::Sink(sink)) => sink.words().to_owned(),
            None => String::new(),
        }
    }

    /// Templates that were not read hold what nobody knows.
    pub(super) fn doubts_everywhere(&mut self, access: &Access<'_>) {
        for (word, what) in [
            ("rbac.authorization.k8s.io", "RBAC objects"),
            ("bound_service_account", "auth roles"),
            ("capabilities", "policies"),
        ] {
            for name in access.project().templates_with(word) {
                let what =
                    format!("the template {} holds {what} and was not read: render it first", code(name));
                self.doubts_everywhere.push(Doubt { what, span: None });
            }
        }
    }

    /// Finds for every node the nearest way to each end. Ways that need two are looked for where there is no other, until
    /// nothing new comes of it: each round leads some source to where it could not get.
    pub(super) fn arrange(&mut self) {
        self.measure();
        let mut round = 0;
        while self.join(round) {
            self.measure();
            round += 1;
        }
    }

    fn measure(&mut self) {
        for sink in Sink::ALL {
            let ends: Vec<usize> = self.number(&Node::Sink(sink)).into_iter().collect();
            let nearest = self.nearest_to(&ends, &self.back(usize::MAX), usize::MAX);
            self.nearest.insert(sink, nearest);
        }
    }

    /// Joins sources with places that they have no way to; false if there is nothing to join.
    fn join(&mut self, round: usize) -> bool {
        let keys: BTreeSet<Written> = self.writes.values().flat_map(BTreeMap::keys).cloned().collect();
        if keys.is_empty() {
            return false;
        }
        let back = self.back(round);
        let mut best: BTreeMap<(usize, Node), (u32, &Written)> = BTreeMap::new();
        let mut found: BTreeMap<(Written, usize), Both> = BTreeMap::new();
        let mut known: BTreeMap<Node, Vec<Option<u32>>> = BTreeMap::new();
        for written in &keys {
            let to = written.to();
            let reached = known.entry(to.clone()).or_insert_with(|| {
                let ends: Vec<usize> = self.number(&to).into_iter().collect();
                distances(&back, &ends)
            });
            let is_open = |node: &&usize| reached.get(**node).copied().flatten().is_none();
            let mut open = self.sources.iter().filter(is_open).peekable();
            if open.peek().is_none() {
                continue;
            }
            let writers = self.writes.iter().filter(|(_, writes)| writes.contains_key(written));
            let writers = self.nearest_to(&writers.map(|(node, _)| *node).collect::<Vec<_>>(), &back, round);
            let holders = self.holds.iter().filter(|(_, holds)| holds.contains(written));
            let holders = self.nearest_to(&holders.map(|(node, _)| *node).collect::<Vec<_>>(), &back, round);
            let mut is_used = false;
            for node in open {
                let far =
                    |nearest: &Nearest| nearest.get(*node).copied().flatten().map(|(distance, _)| distance);
                let (Some(write), Some(hold)) = (far(&writers), far(&holders)) else { continue };
                let cost = write + hold + STEP;
                let key = (*node, to.clone());
                if best.get(&key).is_none_or(|(known, _)| cost < *known) {
                    best.insert(key, (cost, written));
                    is_used = true;
                }
            }
            if is_used {
                found.insert((written.clone(), round), Both { writers, holders });
            }
        }
        let is_any = !best.is_empty();
        for ((node, to), (cost, written)) in best {
            let to = self.node(to);
            self.joins.push(Join { written: written.clone(), cost, round });
            if let Some(edges) = self.edges.get_mut(node) {
                edges.push(Edge { to, by: By::Join(self.joins.len() - 1) });
            }
        }
        self.both.extend(found);
        is_any
    }

    /// True if a way leads from a node to an end.
    pub(super) fn leads_to(&self, node: usize, sink: Sink) -> bool {
        self.nearest.get(&sink).and_then(|nearest| nearest.get(node)).is_some_and(Option::is_some)
    }

    fn cost(&self, edge: &Edge, round: usize) -> Option<u32> {
        match edge.by {
            By::Being => Some(0),
            By::Step(at) => self.steps.get(at).map(Step::cost),
            By::Join(at) => self.joins.get(at).filter(|join| join.round < round).map(|join| join.cost),
        }
    }

    /// From where edges come to each node, without joins of this round and later ones, with what they cost.
    fn back(&self, round: usize) -> Vec<Vec<(usize, u32)>> {
        let mut back: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                if let (Some(cost), Some(back)) = (self.cost(edge, round), back.get_mut(edge.to)) {
                    back.push((from, cost));
                }
            }
        }
        back
    }

    /// The ways to the nearest of some nodes, by joins of earlier rounds only. At such a node the edge is none of its own.
    fn nearest_to(&self, ends: &[usize], back: &[Vec<(usize, u32)>], round: usize) -> Nearest {
        let distances = distances(back, ends);
        let nearest = self.edges.iter().enumerate().map(|(from, edges)| {
            let own = distances.get(from).copied().flatten()?;
            if own == 0 && ends.contains(&from) {
                return Some((0, u32::MAX));
            }
            let leads = |edge: &Edge| {
                let further = distances.get(edge.to).copied().flatten();
                // Edges without cost lead from namespaces to members to groups and never back, so there is no circle.
                further.zip(self.cost(edge, round)).is_some_and(|(further, cost)| further + cost == own)
            };
            Some((own, u32::try_from(edges.iter().position(leads)?).ok()?))
        });
        nearest.collect()
    }
}

/// What a step counts. At most two steps of a way, one to each end, were given.
const STEP: u32 = 4;

/// How far each node is away from the nearest of some nodes; nothing if no way leads there.
fn distances(back: &[Vec<(usize, u32)>], ends: &[usize]) -> Vec<Option<u32>> {
    let mut distances: Vec<Option<u32>> = vec![None; back.len()];
    let mut heap: BinaryHeap<Reverse<(u32, usize)>> = ends.iter().map(|end| Reverse((0, *end))).collect();
    while let Some(Reverse((distance, node))) = heap.pop() {
        let Some(known) = distances.get_mut(node) else { continue };
        if known.is_some() {
            continue;
        }
        *known = Some(distance);
        for (from, cost) in back.get(node).into_iter().flatten() {
            if distances.get(*from).is_some_and(Option::is_none) {
                heap.push(Reverse((distance + cost, *from)));
            }
        }
    }
    distances
}
