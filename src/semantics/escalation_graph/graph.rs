//! Nodes and edges.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::cluster::Holdings;
use super::{Doubt, Evidence, Party, Sink};
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
    pub(super) nearest: HashMap<Sink, Vec<Option<(u32, usize)>>>,
    /// What bindings give to everybody, for the accounts of secrets engines.
    pub(super) holdings: Holdings,
    seen: HashSet<(usize, usize, Option<usize>)>,
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
    /// A service account that a role of that engine makes: its number.
    Made(String, usize),
    Sink(Sink),
}

/// Something that can be written, and that gives its holders what is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Written {
    /// A policy: Vault namespace, name.
    Policy(String, String),
    /// A ClusterRole that is bound in the whole cluster.
    ClusterRole(String),
}

impl Written {
    /// Where whoever can write what they hold gets to.
    pub(super) fn sink(&self) -> Sink {
        match self {
            Written::Policy(..) => Sink::Vault,
            Written::ClusterRole(_) => Sink::Cluster,
        }
    }

    pub(super) fn words(&self) -> String {
        match self {
            Written::Policy(_, name) => format!("policy `{name}`"),
            Written::ClusterRole(name) => format!("ClusterRole `{name}`"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: usize,
    /// Nothing for what follows from being somebody: a member of a group, one of the service accounts of a namespace.
    pub(super) step: Option<usize>,
}

impl Edge {
    pub(super) fn cost(self) -> u32 {
        u32::from(self.step.is_some())
    }
}

/// What somebody does on a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// To follow the name.
    pub(super) does: String,
    pub(super) evidence: Vec<Evidence>,
    /// What is reached was given in so many words.
    pub(super) is_given: bool,
    /// A login: nothing is gained by it that was not given.
    pub(super) is_login: bool,
}

impl Step {
    pub(super) fn new(does: impl Into<String>, evidence: Vec<Evidence>) -> Step {
        Step { does: does.into(), evidence, is_given: false, is_login: false }
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

    pub(super) fn step(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    pub(super) fn edge(&mut self, from: usize, to: usize, step: Option<usize>) {
        if from != to
            && self.seen.insert((from, to, step))
            && let Some(edges) = self.edges.get_mut(from)
        {
            edges.push(Edge { to, step });
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
            Some(Node::AnyOf(namespace)) => format!("any service account of namespace `{namespace}`"),
            Some(Node::Anybody) => "any service account of the cluster".to_owned(),
            Some(Node::Token(role, ..)) => format!("the token of `{role}`"),
            Some(Node::Engine(path)) => format!("the Kubernetes secrets engine at `{path}`"),
            Some(Node::Made(role, _)) => format!("a service account made by {role}"),
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
                let what = format!("the template `{name}` holds {what} and was not read: render it first");
                self.doubts_everywhere.push(Doubt { what, span: None });
            }
        }
    }

    /// Finds for every node the nearest way to each end.
    pub(super) fn arrange(&mut self) {
        let mut back: Vec<Vec<(usize, u32)>> = vec![Vec::new(); self.len()];
        for (from, edges) in self.edges.iter().enumerate() {
            for edge in edges {
                if let Some(back) = back.get_mut(edge.to) {
                    back.push((from, edge.cost()));
                }
            }
        }
        for sink in Sink::ALL {
            let distances = distances(&back, self.number(&Node::Sink(sink)));
            let nearest = self.edges.iter().enumerate().map(|(from, edges)| {
                let own = distances.get(from).copied().flatten()?;
                let leads = |edge: &Edge| {
                    let further = distances.get(edge.to).copied().flatten();
                    // Edges without cost lead away from members to groups and never back, so there is no circle.
                    further.is_some_and(|further| further + edge.cost() == own)
                };
                let at = edges.iter().position(leads)?;
                Some((own, at))
            });
            let nearest = nearest.collect();
            self.nearest.insert(sink, nearest);
        }
    }
}

/// How many steps each node is away from `end`; nothing if no way leads there.
fn distances(back: &[Vec<(usize, u32)>], end: Option<usize>) -> Vec<Option<u32>> {
    let mut distances: Vec<Option<u32>> = vec![None; back.len()];
    let mut level: Vec<usize> = end.into_iter().collect();
    let mut distance = 0;
    while !level.is_empty() {
        let mut next = Vec::new();
        while let Some(node) = level.pop() {
            let Some(known) = distances.get_mut(node) else { continue };
            if known.is_some() {
                continue;
            }
            *known = Some(distance);
            for (from, cost) in back.get(node).into_iter().flatten() {
                if *cost == 0 { level.push(*from) } else { next.push(*from) }
            }
        }
        level = next;
        distance += 1;
    }
    distances
}
