//! Ways as they are told: who gets where, by which hops, and what lets them.

use std::fmt;

use super::Request;
use crate::syntax::Span;

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
pub(super) fn code(word: &str) -> String {
    format!("`{}`", plain(word))
}

pub(super) fn plain(text: &str) -> String {
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

/// Who somebody is on a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Somebody of whom the inputs speak, or who is asked about.
    Party(Party),
    /// Any service account of this Kubernetes namespace.
    AnyOf(String),
    /// Any service account of the cluster.
    Anybody,
    /// Whoever holds a token of the auth role at this path.
    Token(String),
    /// Whoever holds a token that is asked about, in the words of the question.
    Asked(String),
    /// The Kubernetes secrets engine at this path.
    Engine(String),
    /// A service account that this role of such an engine makes.
    MadeBy(String),
    /// Whoever has got to an end.
    End(Sink),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Party(party) => party.fmt(f),
            Who::AnyOf(namespace) => write!(f, "any service account of namespace {}", code(namespace)),
            Who::Anybody => f.write_str("any service account of the cluster"),
            Who::Token(role) => write!(f, "the token of {}", code(role)),
            Who::Asked(subject) => f.write_str(&plain(subject)),
            Who::Engine(path) => write!(f, "the Kubernetes secrets engine at {}", code(path)),
            Who::MadeBy(role) => write!(f, "a service account made by {role}"),
            Who::End(sink) => f.write_str(sink.words()),
        }
    }
}

/// A way from somebody to one of the ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// From whom.
    pub source: Who,
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
    pub who: Who,
    /// What they do, to follow the name: `may run pods in namespace …`.
    pub does: String,
    /// What lets them, the weightiest first; none where it follows from who they are.
    pub evidence: Vec<Evidence>,
    /// The requests that it rests on. None where it follows from who they are, and where they first have to give
    /// themselves what it takes.
    pub requests: Vec<Request>,
    /// Who they are afterwards.
    pub becomes: Who,
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
    pub(super) fn quoted(&self) -> Evidence {
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
