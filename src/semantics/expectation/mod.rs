//! Proofs of expectations: who can do what, and who cannot.
//!
//! `can` holds if some request with the capability goes through, whatever its parameters; `cannot` if none does. A
//! service account can what it can through any of the roles that take it, and cannot what it can through none. What
//! is not known makes a claim neither hold nor fail.
//!
//! Claims about everybody and about all paths of a pattern are proved on [`super::language`]; what speaks against one is
//! a single path and somebody in particular, for whom the evaluator of single paths is asked once more.
//!
//! The answers are those of the servers if the inputs are all that they hold.

mod cluster;
mod coverage;
mod names;
mod never;
mod open;
mod place;
mod universal;
mod vault;

pub use coverage::{Coverage, Uncovered};

use std::cell::OnceCell;

use super::authorizer::{Query, User};
use super::escalation_graph::{EscalationGraph, Hop};
use super::mounts::MountTable;
use super::reach::{Access, Holder, Subject, kubernetes};
use crate::model::project::Project;
use crate::model::spec::{Expectation, Quantifier, Question};
use crate::syntax::Span;
use names::Names;

/// What came of an expectation.
#[derive(Debug, Clone)]
pub struct Verdict<'a> {
    /// The claim.
    pub expectation: &'a Expectation,
    /// Whether it holds.
    pub outcome: Outcome,
    /// One for each capability or verb, in the order written; none if nothing could be asked.
    pub answers: Vec<Answer>,
    /// Why nothing could be asked: one lower-case phrase.
    pub why: Option<String>,
}

/// Whether a claim holds. The worse, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It speaks of a pattern that is none.
    NotProved,
    /// It hangs on something that is not known.
    Unknown,
    /// It does not hold.
    Failed,
    /// It speaks of somebody of whom no input knows.
    Nobody,
    /// Two ways to the answer disagree: a bug of rolewright.
    Contradiction,
}

impl Outcome {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::NotProved => "not-proved",
            Outcome::Unknown => "unknown",
            Outcome::Failed => "failed",
            Outcome::Nobody => "nobody",
            Outcome::Contradiction => "contradiction",
        }
    }
}

/// The answer for one capability or verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The capability or verb.
    pub action: String,
    /// Whether it is claimed to be allowed.
    pub wanted: bool,
    /// Whether it is allowed; nothing if that is not known. Of claims about many: whether it is to all of them, if that
    /// is what is claimed, else whether it is to any.
    pub allowed: Option<bool>,
    /// What speaks for the answer.
    pub reasons: Vec<Reason>,
}

/// What speaks for an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What this reason alone says.
    pub allowed: Option<bool>,
    /// In claims about many: to whom it happens.
    pub who: Option<String>,
    /// In claims about many: on which path; of Kubernetes, for which resource, object and namespace.
    pub path: Option<String>,
    /// The auth role through which a token is had, `MOUNT/NAME`, and its place.
    pub role: Option<(String, Span)>,
    /// The rules that decide; of several equal patterns, all.
    pub rules: Vec<Decider>,
    /// Why: one lower-case phrase.
    pub text: String,
    /// The place that the text speaks of, where that is no rule.
    pub place: Option<Span>,
    /// Of a claim about ways that give somebody everything: the way.
    pub hops: Vec<Hop>,
}

/// A rule that decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// Which kind.
    pub kind: DeciderKind,
    /// The policy; for RBAC, binding and role: `RoleBinding read → Role reader`.
    pub owner: String,
    /// The path as written; for RBAC, what the rule allows: `get secrets`.
    pub label: String,
    /// What it grants.
    pub grants: Vec<String>,
    /// Where it stands; nothing for rules that servers have by themselves.
    pub span: Option<Span>,
}

/// The two kinds of rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeciderKind {
    /// A path rule of a policy.
    PathRule,
    /// A rule of a Role or ClusterRole.
    RbacRule,
}

impl Reason {
    fn new(allowed: Option<bool>, text: impl Into<String>) -> Reason {
        let text = text.into();
        Reason {
            allowed,
            who: None,
            path: None,
            role: None,
            rules: Vec::new(),
            text,
            place: None,
            hops: Vec::new(),
        }
    }

    fn at(self, place: Option<Span>) -> Reason {
        Reason { place, ..self }
    }
}

/// Proves the expectations of a project.
#[derive(Debug)]
pub struct Prover<'a> {
    access: Access<'a>,
    names: Names<'a>,
    /// Built for the first claim about ways.
    graph: OnceCell<EscalationGraph>,
    /// Built for the first claim about Vault.
    mounts: OnceCell<MountTable<'a>>,
    replay: Replay<'a>,
}

/// The evaluators of single requests, which are asked once more about whatever a search finds: two ways to one answer,
/// of which a test may change one.
#[derive(Debug, Clone, Copy)]
struct Replay<'a> {
    vault: fn(&vault::Asked<'_>, &Holder<'_>) -> Reason,
    kubernetes: fn(&Access<'a>, &User, &Query<'_>) -> kubernetes::Answer<'a>,
}

impl<'a> Prover<'a> {
    /// Arranges `project`.
    pub fn new(project: &'a Project) -> Prover<'a> {
        let replay = Replay { vault: |asked, holder| asked.by_token(holder), kubernetes: Access::kubernetes };
        Prover {
            access: Access::new(project),
            names: Names::of(project),
            graph: OnceCell::new(),
            mounts: OnceCell::new(),
            replay,
        }
    }

    fn mounts(&self) -> &MountTable<'a> {
        self.mounts.get_or_init(|| MountTable::new(self.access.project()))
    }

    /// The verdict on one claim.
    pub fn prove<'e>(&self, expectation: &'e Expectation) -> Verdict<'e> {
        let without_answer = |outcome: Outcome, why: String| Verdict {
            expectation,
            outcome,
            answers: Vec::new(),
            why: Some(why),
        };
        if let Some(ends) = expectation.never {
            return match never::answers(self, expectation, ends) {
                Err((outcome, why)) => without_answer(outcome, why),
                Ok(answers) => {
                    let outcome = answers.iter().map(outcome).max().unwrap_or(Outcome::Unknown);
                    Verdict { expectation, outcome, answers, why: None }
                }
            };
        }
        if expectation.is_universal() {
            let proved = match expectation.question() {
                Question::Vault(path) => universal::answers(self, expectation, path),
                _ => universal::cluster::answers(self, expectation),
            };
            return match proved {
                Err((outcome, why)) => without_answer(outcome, why),
                Ok(proof) => {
                    let outcome = match proof.contradicts {
                        true => Some(Outcome::Contradiction),
                        false => proof.answers.iter().map(outcome).max(),
                    };
                    let outcome = outcome.unwrap_or(Outcome::Unknown);
                    Verdict { expectation, outcome, answers: proof.answers, why: None }
                }
            };
        }
        let Quantifier::One(name) = &expectation.who.value else {
            return without_answer(Outcome::Unknown, "it names nobody".to_owned());
        };
        let subject: Subject = match name.parse() {
            Ok(subject) => subject,
            Err(error) => return without_answer(Outcome::Nobody, format!("{error}")),
        };
        if let Some(why) = self.names.unknown(&subject, &self.access) {
            return without_answer(Outcome::Nobody, why);
        }
        let asked = match expectation.question() {
            Question::Vault(path) => vault::answers(self, expectation, &subject, path),
            question => Ok(cluster::answers(self, expectation, &subject, &question)),
        };
        match asked {
            Err(why) => without_answer(Outcome::Nobody, why),
            Ok(mut answers) => {
                answers.iter_mut().for_each(|answer| answer.wanted = expectation.can);
                let outcome = answers.iter().map(outcome).max();
                Verdict { expectation, outcome: outcome.unwrap_or(Outcome::Unknown), answers, why: None }
            }
        }
    }
}

fn outcome(answer: &Answer) -> Outcome {
    match answer.allowed {
        None => Outcome::Unknown,
        Some(allowed) if allowed == answer.wanted => Outcome::Passed,
        Some(_) => Outcome::Failed,
    }
}

/// The answer of several ways, one of which is enough: with the reasons that settle it.
fn any_of(action: &str, reasons: Vec<Reason>) -> Answer {
    let allowed = if reasons.iter().any(|reason| reason.allowed == Some(true)) {
        Some(true)
    } else if reasons.iter().any(|reason| reason.allowed.is_none()) {
        None
    } else {
        Some(false)
    };
    let reasons = reasons.into_iter().filter(|reason| reason.allowed == allowed).collect();
    Answer { action: action.to_owned(), wanted: false, allowed, reasons }
}

#[cfg(test)]
mod tests;
