//! Ways from somebody to the administration of Vault or of the cluster, across the border between the two.
//!
//! Nodes are service accounts, users and groups that bindings name, tokens of auth roles, and the two ends. An edge is
//! something that its holder can do and that makes them somebody else, with the lines that let them: log in to Vault, run
//! pods as a service account, have Vault mint a token, write a policy that they hold. [`EscalationGraph::new`] evaluates
//! every token and every binding once; [`EscalationGraph::path`] is the shortest way of one source.
//!
//! What a token may do is asked of its compiled policies on concrete paths, so that precedence, `deny`, `sudo` and
//! constraints count; what a service account may do is told by the rules of its bindings, as the API server decides.

mod asked;
mod bounds;
mod cluster;
mod cut;
mod engine;
mod graph;
mod logins;
mod made;
mod mounts;
mod parties;
mod request;
mod rights;
mod spelling;
#[cfg(test)]
mod tests;
mod token;
mod vault;
mod walk;

use std::collections::BTreeMap;
use std::fmt;

use graph::Graph;
use vault::KnownTokens;

use super::bound;
use super::reach::{Access, Subject, Unresolved};
use super::survey::Survey;
use crate::model::project::Project;
use crate::model::vault::policy::Policy;
use crate::syntax::Span;

pub use cut::Cut;
pub use request::Request;

/// What a way leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sink {
    /// Whoever is there can give themselves everything on Vault.
    Vault,
    /// Whoever is there can give themselves everything in the Kubernetes cluster.
    Cluster,
}

impl Sink {
    /// Both.
    pub const ALL: [Sink; 2] = [Sink::Vault, Sink::Cluster];

    /// `vault` or `cluster`.
    pub fn word(self) -> &'static str {
        match self {
            Sink::Vault => "vault",
            Sink::Cluster => "cluster",
        }
    }

    /// What whoever is there is.
    pub fn words(self) -> &'static str {
        match self {
            Sink::Vault => "root-equivalent on Vault",
            Sink::Cluster => "cluster-admin",
        }
    }
}

/// Somebody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A service account that an input speaks of.
    ServiceAccount {
        /// Its Kubernetes namespace.
        namespace: String,
        /// Its name.
        name: String,
    },
    /// Every service account that an auth role admits by these globs, be it one that nobody has made yet.
    Matching {
        /// The namespace or a glob of namespaces; empty where labels select them.
        namespace: String,
        /// The name or a glob of names.
        name: String,
    },
    /// A user that a binding names.
    User(String),
    /// Whoever is in a group that a binding names.
    Group(String),
}

impl Party {
    /// The service account of this namespace and name.
    pub fn account(namespace: &str, name: &str) -> Party {
        Party::ServiceAccount { namespace: namespace.to_owned(), name: name.to_owned() }
    }
}

/// A word of the inputs in backticks. Those of its own are shown as escapes, so that they end nothing.
fn code(word: &str) -> String {
    format!("`{}`", plain(word))
}

fn plain(text: &str) -> String {
    text.replace('`', "\\u{60}")
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Party::ServiceAccount { namespace, name } => write!(f, "{}/{}", plain(namespace), plain(name)),
            Party::Matching { namespace, name } if namespace.is_empty() => {
                write!(f, "any service account {} of namespaces that labels select", code(name))
            }
            Party::Matching { namespace, name } => {
                write!(f, "any service account {} of namespaces {}", code(name), code(namespace))
            }
            Party::User(name) => write!(f, "user {}", code(name)),
            Party::Group(name) => write!(f, "group {}", code(name)),
        }
    }
}

/// A way from somebody to one of the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// From whom.
    pub source: String,
    /// To where.
    pub sink: Sink,
    /// Its hops, at least one.
    pub hops: Vec<Hop>,
    /// True if the source is an administrator by what it was given: nothing is gained on the way.
    pub is_direct: bool,
}

/// One hop of a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Who takes it.
    pub who: String,
    /// What they do, to follow the name: `may run pods in namespace …`.
    pub does: String,
    /// What lets them, the weightiest first; none where it follows from who they are.
    pub evidence: Vec<Evidence>,
    /// The requests that it rests on. None where it follows from who they are, and where they first have to give
    /// themselves what it takes.
    pub requests: Vec<Request>,
    /// Who they are afterwards.
    pub becomes: String,
}

/// A line that lets somebody take a hop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What stands there: `RoleBinding ci → ClusterRole edit`.
    pub what: String,
    /// Where; nothing for what servers have by themselves.
    pub span: Option<Span>,
    /// What could be taken away to close the hop.
    pub piece: Option<Piece>,
}

impl Evidence {
    /// The same without backticks of words of the inputs.
    fn quoted(&self) -> Evidence {
        Evidence { what: plain(&self.what), ..self.clone() }
    }
}

/// Something that could be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Piece {
    /// A RoleBinding or ClusterRoleBinding, by the place of its name.
    Binding(Span),
    /// A path rule, by the place of its path.
    PathRule(Span),
    /// An auth role, by the place of its name.
    AuthRole(Span),
    /// A role of the Kubernetes secrets engine, by the place of its name.
    SecretsRole(Span),
}

impl Piece {
    /// Where it stands.
    pub fn span(self) -> Span {
        match self {
            Piece::Binding(span)
            | Piece::PathRule(span)
            | Piece::AuthRole(span)
            | Piece::SecretsRole(span) => span,
        }
    }
}

/// Something that no input tells and that may open a way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt {
    /// One lower-case phrase.
    pub what: String,
    /// The place that it speaks of.
    pub span: Option<Span>,
}

/// The graph of a project.
#[derive(Debug)]
pub struct EscalationGraph {
    graph: Graph,
}

/// From where a way starts.
#[derive(Debug, Clone)]
pub struct Start {
    name: String,
    from: From,
}

impl Start {
    /// Who starts.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True if an input speaks of it, or a group or a glob takes it in.
    pub fn is_admitted(&self) -> bool {
        !matches!(&self.from, From::Stranger { is_admitted: false, .. })
    }
}

#[derive(Debug, Clone)]
enum From {
    /// A node of the graph.
    Node(usize),
    /// Tokens that are no node of the graph.
    Tokens(Vec<token::Answers>),
    /// Somebody of whom no input speaks: the groups that every service account is in, and the globs that admit them.
    Stranger {
        nodes: Vec<usize>,
        /// True if an input speaks of one of these, or of whoever is not logged in.
        is_admitted: bool,
    },
}

/// What an evaluation leaves out, to see what closes.
#[derive(Debug, Default)]
struct Without {
    piece: Option<Piece>,
    /// The policy of the path rule, without it, with the place of its name.
    policy: Option<(Span, Policy)>,
}

impl Without {
    fn piece(project: &Project, piece: Piece) -> Without {
        let policy = match piece {
            Piece::PathRule(place) => {
                let has = |policy: &&Policy| policy.path_rules.iter().any(|rule| rule.path.span == place);
                project.policies.iter().find(has).map(|policy| {
                    let mut policy = policy.clone();
                    policy.path_rules.retain(|rule| rule.path.span != place);
                    (policy.name.span, policy)
                })
            }
            _ => None,
        };
        Without { piece: Some(piece), policy }
    }

    fn leaves_out(&self, piece: Piece) -> bool {
        self.piece == Some(piece)
    }
}

impl EscalationGraph {
    /// Builds the graph of a project, in which `access` answers.
    pub fn new(access: &Access<'_>) -> EscalationGraph {
        let survey = Survey::new(access.project());
        EscalationGraph { graph: build(access, &survey, &Without::default(), &mut KnownTokens::default()) }
    }

    /// Everybody from whom a way may start, in the order of the inputs: service accounts that inputs speak of, those that
    /// globs of auth roles admit, and users and groups that bindings name. Those of Kubernetes itself are left out.
    pub fn sources(&self) -> impl Iterator<Item = (&Party, Start)> {
        let parties = self.graph.parties.iter().filter(|(_, party)| self.graph.sources.contains(&party.node));
        let mut parties: Vec<_> = parties.map(|(party, known)| (known.node, party)).collect();
        parties.sort_unstable();
        parties
            .into_iter()
            .map(|(node, party)| (party, Start { name: party.to_string(), from: From::Node(node) }))
    }

    /// True if an input speaks of them.
    pub fn knows(&self, party: &Party) -> bool {
        self.graph.parties.contains_key(party)
    }

    /// The start of somebody; nothing for users and groups of whom no input speaks. Service accounts of whom none speaks hold what the
    /// groups of all service accounts hold, and log in where a glob admits them.
    pub fn start(&self, party: &Party) -> Option<Start> {
        let name = party.to_string();
        if let Some(known) = self.graph.parties.get(party) {
            return Some(Start { name, from: From::Node(known.node) });
        }
        let Party::ServiceAccount { namespace, name: of } = party else { return None };
        let groups = parties::groups_of(namespace);
        let is_theirs = |other: &Party| match other {
            Party::Group(group) => groups.contains(group),
            Party::Matching { namespace: bound, name: glob } => {
                bound::admits(bound, namespace) && bound::admits(glob, of)
            }
            _ => false,
        };
        let nodes = self.graph.parties.iter().filter(|(other, _)| is_theirs(other)).map(|(_, it)| it.node);
        let nodes: Vec<usize> = nodes.collect();
        let strangers =
            parties::not_logged_in().into_iter().filter_map(|party| self.graph.parties.get(&party));
        let mut spoken_of = nodes.iter().copied().chain(strangers.map(|known| known.node));
        let is_admitted = spoken_of.any(|node| self.graph.sources.contains(&node));
        Some(Start { name, from: From::Stranger { nodes, is_admitted } })
    }

    /// The start of whoever holds a token: through one auth role, or with some policies.
    pub fn start_of_token(&self, access: &Access<'_>, subject: &Subject) -> Result<Start, Unresolved> {
        let survey = Survey::new(access.project());
        let without = Without::default();
        let scene = vault::Scene::new(access, &survey, &without, &self.graph);
        let holders = access.holders(subject)?;
        let tokens = holders.iter().filter(|holder| holder.gets_token());
        let answers = tokens.map(|holder| scene.answers(holder).bound_to(&self.graph)).collect();
        Ok(Start { name: plain(&subject.to_string()), from: From::Tokens(answers) })
    }

    /// The shortest way from somebody to an end; of several, always the same.
    pub fn path(&self, start: &Start, sink: Sink) -> Option<Path> {
        walk::path(&self.graph, start, sink)
    }

    /// The shortest ways of all sources to these ends, in the order of the sources.
    pub fn paths(&self, sinks: &[Sink]) -> Vec<Path> {
        let mut found = Vec::new();
        for (_, start) in self.sources() {
            found.extend(sinks.iter().filter_map(|sink| self.path(&start, *sink)));
        }
        found
    }

    /// What may open a way from here that is not known.
    pub fn doubts(&self, start: &Start) -> Vec<Doubt> {
        walk::doubts(&self.graph, start)
    }

    /// Everything that is not known and may open a way of some source, once each.
    pub fn all_doubts(&self) -> Vec<Doubt> {
        walk::doubts_from(&self.graph, self.graph.sources.iter().copied().collect())
    }

    /// What closes the most of these ways if it is taken away, if they are more than direct.
    pub fn cut(access: &Access<'_>, paths: &[Path]) -> Option<Cut> {
        cut::best(access, paths)
    }

    /// How many ways of these sources to these ends are left without `piece`. What is `known` of tokens holds without any
    /// binding or auth role.
    fn left_without(
        access: &Access<'_>,
        survey: &Survey<'_>,
        piece: Piece,
        ways: &[(String, Sink)],
        known: &mut KnownTokens,
    ) -> usize {
        let without = Without::piece(access.project(), piece);
        let mut own = KnownTokens::default();
        let known = if matches!(piece, Piece::Binding(_) | Piece::AuthRole(_)) { known } else { &mut own };
        let graph = EscalationGraph { graph: build(access, survey, &without, known) };
        let nodes: BTreeMap<String, usize> =
            graph.graph.parties.iter().map(|(party, known)| (party.to_string(), known.node)).collect();
        let open = ways.iter().filter(|(source, sink)| {
            nodes.get(source).is_some_and(|node| graph.graph.leads_to(*node, *sink))
        });
        open.count()
    }
}

fn build(access: &Access<'_>, survey: &Survey<'_>, without: &Without, known: &mut KnownTokens) -> Graph {
    let mut graph = Graph::default();
    parties::add(&mut graph, access);
    cluster::add(&mut graph, access, without);
    vault::add(&mut graph, access, survey, without, known);
    cluster::note_holders(&mut graph);
    parties::connect(&mut graph);
    graph.doubts_everywhere(access);
    graph.arrange();
    graph
}
