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
mod minted;
mod mounts;
mod nearest;
mod parties;
mod request;
mod rights;
mod spelling;
#[cfg(test)]
mod tests;
mod token;
mod told;
mod vault;
mod walk;

use graph::Graph;
use told::code;
use vault::KnownTokens;

use super::bound;
use super::reach::{Access, Subject, Unresolved};
use super::survey::Survey;
use crate::model::project::Project;
use crate::model::vault::policy::Policy;
use crate::syntax::Span;

pub use cut::Cut;
pub use request::Request;
pub use told::{Doubt, Evidence, Hop, Party, Path, Piece, Sink, Who};

/// The graph of a project.
#[derive(Debug)]
pub struct EscalationGraph {
    graph: Graph,
}

/// From where a way starts.
#[derive(Debug, Clone)]
pub struct Start {
    who: Who,
    from: From,
}

impl Start {
    /// Who starts.
    pub fn who(&self) -> &Who {
        &self.who
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
    /// Builds the graph of a project, in which `access` answers. Of service accounts that no input speaks of, those that
    /// are `asked` about have logins of their own: which auth roles admit them may hang on labels of their namespaces.
    pub fn new(access: &Access<'_>, asked: &[Party]) -> EscalationGraph {
        let survey = Survey::new(access.project());
        let graph = build(access, asked, &survey, &Without::default(), &mut KnownTokens::default());
        EscalationGraph { graph }
    }

    /// Everybody from whom a way may start, in the order of the inputs: service accounts that inputs speak of, those that
    /// globs of auth roles admit, and users and groups that bindings name. Those of Kubernetes itself are left out.
    pub fn sources(&self) -> impl Iterator<Item = (&Party, Start)> {
        let parties = self.graph.parties.iter().filter(|(_, node)| self.graph.sources.contains(node));
        let mut parties: Vec<_> = parties.map(|(party, node)| (*node, party)).collect();
        parties.sort_unstable();
        parties
            .into_iter()
            .map(|(node, party)| (party, Start { who: Who::Party(party.clone()), from: From::Node(node) }))
    }

    /// True if an input speaks of them, or an auth role admits them or may.
    pub fn knows(&self, party: &Party) -> bool {
        let known = self.graph.parties.get(party);
        known.is_some_and(|node| !self.graph.asked.contains(party) || self.graph.sources.contains(node))
    }

    /// The start of somebody; nothing for users and groups of whom no input speaks. Service accounts of whom none speaks hold what the
    /// groups of all service accounts hold, and log in where a glob admits them.
    pub fn start(&self, party: &Party) -> Option<Start> {
        let who = Who::Party(party.clone());
        if let Some(node) = self.graph.parties.get(party).filter(|_| self.knows(party)) {
            return Some(Start { who, from: From::Node(*node) });
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
        let nodes = self.graph.parties.iter().filter(|(other, _)| is_theirs(other)).map(|(_, node)| *node);
        let nodes: Vec<usize> = nodes.collect();
        let strangers =
            parties::not_logged_in().into_iter().filter_map(|party| self.graph.parties.get(&party));
        let mut spoken_of = nodes.iter().copied().chain(strangers.copied());
        let is_admitted = spoken_of.any(|node| self.graph.sources.contains(&node));
        Some(Start { who, from: From::Stranger { nodes, is_admitted } })
    }

    /// The start of whoever holds a token: through one auth role, or with some policies.
    pub fn start_of_token(&self, access: &Access<'_>, subject: &Subject) -> Result<Start, Unresolved> {
        let survey = Survey::new(access.project());
        let without = Without::default();
        let scene = vault::Scene::new(access, &survey, &without, &self.graph);
        let holders = access.holders(subject)?;
        let tokens = holders.iter().filter(|holder| holder.gets_token());
        let answers = tokens.map(|holder| scene.answers(holder).bound_to(&self.graph)).collect();
        Ok(Start { who: Who::Asked(subject.to_string()), from: From::Tokens(answers) })
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
        ways: &[(&Who, Sink)],
        known: &mut KnownTokens,
    ) -> usize {
        let without = Without::piece(access.project(), piece);
        let mut own = KnownTokens::default();
        let known = if matches!(piece, Piece::Binding(_) | Piece::AuthRole(_)) { known } else { &mut own };
        let graph = EscalationGraph { graph: build(access, &[], survey, &without, known) };
        let open = ways.iter().filter(|(source, sink)| match source {
            Who::Party(party) => {
                let node = graph.graph.parties.get(party);
                node.is_some_and(|node| graph.graph.leads_to(*node, *sink))
            }
            _ => false,
        });
        open.count()
    }
}

fn build(
    access: &Access<'_>,
    asked: &[Party],
    survey: &Survey<'_>,
    without: &Without,
    known: &mut KnownTokens,
) -> Graph {
    let mut graph = Graph::default();
    parties::add(&mut graph, access);
    parties::ask(&mut graph, asked);
    cluster::add(&mut graph, access, without);
    vault::add(&mut graph, access, survey, without, known);
    cluster::note_holders(&mut graph);
    parties::connect(&mut graph);
    graph.doubts_everywhere(access);
    graph.arrange();
    graph
}
