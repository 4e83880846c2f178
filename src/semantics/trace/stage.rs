//! What a trace consists of.

use std::fmt;

use crate::semantics::acl::Operation;
use crate::syntax::Span;

/// The way of one consumer's secrets: up to the token they have in common, then each secret for itself.
#[derive(Debug, Clone)]
pub struct Route {
    /// Who fetches them.
    pub consumer: Consumer,
    /// What asks for them: the name of the object or of the configuration; empty for annotations of the workload.
    pub by: String,
    /// Through which role it logs in.
    pub login: Login,
    /// The stages up to the token. The last one may have failed.
    pub to_token: Vec<Stage>,
    /// The secrets, in the order of the inputs.
    pub fetches: Vec<Fetch>,
}

/// Through which role a consumer logs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// The way ends, or cannot be told, before a role is named.
    Untold,
    /// A role that no input declares.
    Undeclared,
    /// A role of the inputs.
    Role {
        /// The place of the whole role, which tells it from others.
        role: Span,
        /// The Kubernetes namespace of the service account that logs in.
        namespace: String,
        /// Its name.
        service_account: String,
        /// The role lets it in, or may.
        is_admitted: bool,
    },
}

/// One secret of a [`Route`].
#[derive(Debug, Clone)]
pub struct Fetch {
    /// What the user calls it: NAME of the annotations, the file, the key.
    pub secret: String,
    /// The path of the API, if it is known.
    pub path: Option<String>,
    /// What the consumer does there.
    pub operation: Operation,
    /// Why the path is not known, or is not all that is asked for.
    pub doubt: Option<String>,
    /// Other words that mean it.
    pub aliases: Vec<String>,
    /// Where it is asked for.
    pub span: Span,
    /// [`StageName::FetchSecret`]; nothing if an earlier stage fails.
    pub stage: Option<Stage>,
}

/// Who fetches a secret for a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Consumer {
    /// The Agent Injector.
    Injector,
    /// Vault Agent with a configuration of its own.
    Agent,
    /// The Vault Secrets Operator.
    Operator,
    /// The Secrets Store CSI driver.
    Csi,
    /// External Secrets.
    ExternalSecrets,
}

/// The five stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StageName {
    /// The pod is admitted and asks for the secret.
    StartPod,
    /// A JWT of the right service account reaches the login of an auth method.
    PresentJwt,
    /// The auth role admits it.
    MatchRole,
    /// The server issues a token.
    IssueToken,
    /// The token opens the secret.
    FetchSecret,
}

/// One stage, gone through.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Which.
    pub name: StageName,
    /// How it went.
    pub mark: Mark,
    /// What happens in it: one lower-case phrase, the user's words in backticks.
    pub says: String,
    /// The places that say so.
    pub evidence: Vec<Span>,
    /// What is worth knowing beside.
    pub notes: Vec<String>,
    /// Why it ends here, or why it cannot be told.
    pub stop: Option<Box<Stop>>,
}

/// How a stage went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It goes through.
    Passed,
    /// It cannot be told.
    Unknown,
    /// It fails.
    Failed,
}

/// Why a stage does not go through.
#[derive(Debug, Clone, Default)]
pub struct Stop {
    /// What the user sees, and where; empty for what cannot be told.
    pub seen: String,
    /// The message, letter for letter.
    pub message: Option<String>,
    /// HTTP status that comes with it, if a Vault server says it.
    pub status: Option<u16>,
    /// Why: one lower-case phrase.
    pub why: String,
    /// The place that is to blame.
    pub at: Option<Span>,
    /// The smallest remedy.
    pub remedy: Option<String>,
    /// Where to apply it.
    pub remedy_at: Option<Span>,
    /// What sort of thing it is.
    pub fault: Fault,
}

/// What sort of thing stops a pod on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fault {
    /// Anything else.
    #[default]
    Other,
    /// The injector passes over the annotations, as they stand or where they stand.
    Ignored,
    /// The injector refuses the pod for what an annotation says.
    Annotation,
    /// A volume of the pod has the name of one that the injector adds.
    VolumeClash,
    /// The agent has no token to log in with.
    NoToken,
    /// A token of less than ten minutes.
    ShortToken,
    /// The path of the auth method in the spelling of another consumer.
    AuthPath,
    /// The object that says how to log in lies in another namespace or does not admit this one.
    Namespace,
    /// A field without which the consumer does nothing.
    Incomplete,
    /// No input declares the role, while others of the same auth method are declared.
    UnknownRole,
    /// The role does not admit service account or namespace.
    NotAdmitted,
    /// The JWT is for somebody else.
    Audience,
    /// The path is not one of the mount's kind of key-value.
    KvPath,
    /// The policies of the token do not permit it.
    NotPermitted,
}

impl Route {
    /// The stages that do not go through, in order.
    pub fn stopped(&self) -> impl Iterator<Item = (&Stage, &Stop)> {
        let stages = self.to_token.iter().chain(self.fetches.iter().filter_map(|fetch| fetch.stage.as_ref()));
        stages.filter_map(|stage| Some((stage, stage.stop.as_deref()?)))
    }

    /// The worst that happens on the way.
    pub fn mark(&self) -> Mark {
        let stages = self.to_token.iter().chain(self.fetches.iter().filter_map(|fetch| fetch.stage.as_ref()));
        stages.map(|stage| stage.mark).max().unwrap_or(Mark::Unknown)
    }
}

impl Stage {
    /// A stage that goes through.
    pub(super) fn passed(name: StageName, says: impl Into<String>, evidence: Vec<Span>) -> Stage {
        Stage { name, mark: Mark::Passed, says: says.into(), evidence, notes: Vec::new(), stop: None }
    }

    /// A stage that fails.
    pub(super) fn failed(name: StageName, says: impl Into<String>, evidence: Vec<Span>, stop: Stop) -> Stage {
        Stage { mark: Mark::Failed, stop: Some(Box::new(stop)), ..Stage::passed(name, says, evidence) }
    }

    /// A stage of which nothing can be said.
    pub(super) fn unknown(
        name: StageName,
        says: impl Into<String>,
        evidence: Vec<Span>,
        stop: Stop,
    ) -> Stage {
        Stage { mark: Mark::Unknown, stop: Some(Box::new(stop)), ..Stage::passed(name, says, evidence) }
    }

    pub(super) fn with_notes(mut self, notes: impl IntoIterator<Item = String>) -> Stage {
        self.notes.extend(notes);
        self
    }
}

impl Stop {
    /// For what cannot be told.
    pub(super) fn unknown(why: impl Into<String>) -> Stop {
        Stop { why: why.into(), ..Stop::default() }
    }

    pub(super) fn at(self, place: Span) -> Stop {
        Stop { at: Some(place), ..self }
    }

    pub(super) fn of(self, fault: Fault) -> Stop {
        Stop { fault, ..self }
    }

    pub(super) fn remedy(self, text: impl Into<String>, place: Option<Span>) -> Stop {
        Stop { remedy: Some(text.into()), remedy_at: place, ..self }
    }
}

impl Consumer {
    /// Its name in sentences.
    pub fn title(self) -> &'static str {
        match self {
            Consumer::Injector => "Agent Injector",
            Consumer::Agent => "Vault Agent",
            Consumer::Operator => "Vault Secrets Operator",
            Consumer::Csi => "Secrets Store CSI driver",
            Consumer::ExternalSecrets => "External Secrets",
        }
    }

    /// The same inside of a sentence.
    pub(super) fn in_sentence(self) -> String {
        match self {
            Consumer::Agent | Consumer::ExternalSecrets => self.title().to_owned(),
            _ => format!("the {}", self.title()),
        }
    }

    /// Its name for programs.
    pub fn word(self) -> &'static str {
        match self {
            Consumer::Injector => "agent-injector",
            Consumer::Agent => "vault-agent",
            Consumer::Operator => "vault-secrets-operator",
            Consumer::Csi => "secrets-store-csi",
            Consumer::ExternalSecrets => "external-secrets",
        }
    }
}

impl fmt::Display for StageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            StageName::StartPod => "start pod",
            StageName::PresentJwt => "present JWT",
            StageName::MatchRole => "match role",
            StageName::IssueToken => "issue token",
            StageName::FetchSecret => "fetch secret",
        })
    }
}

impl Mark {
    /// For programs: `passed`, `failed`, `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Passed => "passed",
            Mark::Unknown => "unknown",
            Mark::Failed => "failed",
        }
    }
}
