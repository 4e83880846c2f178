//! Nodes and edges.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::cluster::{Holdings, KnownRoles, Scope, Ties};
use super::nearest::STEP;
use super::{Doubt, Evidence, Party, Request, Sink, Who, code};
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::reach::Access;

/// Nodes by number, with the edges that lead on from each.
#[derive(Debug, Default)]
pub(super) struct Graph {
    nodes: Vec<Node>,
    numbers: HashMap<Node, usize>,
    pub(super) edges: Vec<Vec<Edge>>,
    pub(super) steps: Vec<Step>,
    /// Everybody of whom the inputs speak, with their nodes.
    pub(super) parties: BTreeMap<Party, usize>,
    /// Service accounts that no input speaks of and that are asked about.
    pub(super) asked: BTreeSet<Party>,
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
    pub(super) named: KnownRoles,
    /// The step of those who come without a login, if that comes to anything.
    pub(super) without_login: Option<usize>,
    seen: HashSet<(usize, usize)>,
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

impl Node {
    /// Who somebody is there.
    pub(super) fn who(&self) -> Who {
        match self {
            Node::Party(party) => Who::Party(party.clone()),
            Node::AnyOf(namespace) => Who::AnyOf(namespace.clone()),
            Node::Anybody => Who::Anybody,
            Node::Token(role, ..) => Who::Token(role.clone()),
            Node::Engine(path) => Who::Engine(path.clone()),
            Node::Made(role, ..) => Who::MadeBy(role.clone()),
            Node::Sink(sink) => Who::End(*sink),
        }
    }
}

/// Something that can be written, and that gives its holders what is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Written {
    /// A policy: Vault namespace, name.
    Policy(String, String),
    /// A role that is bound, or any of that sort.
    Role {
        sort: RbacRoleKind,
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
    pub(super) cost: u32,
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
        if let Some(node) = self.parties.get(&party) {
            return *node;
        }
        let node = self.node(Node::Party(party.clone()));
        self.parties.insert(party, node);
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

    /// True if a way leads from a node to an end.
    pub(super) fn leads_to(&self, node: usize, sink: Sink) -> bool {
        self.nearest.get(&sink).and_then(|nearest| nearest.get(node)).is_some_and(Option::is_some)
    }
}
