//! What came of expectations, as text.

pub mod human;
pub mod json;
pub mod junit;

use super::paths::{sentence, told};
use super::place::Places;
use crate::model::project::Project;
use crate::model::spec::Expectation;
use crate::semantics::expectation::{Answer, Coverage, Decider, DeciderKind, Outcome, Reason, Verdict};
use crate::syntax::Span;
use serde::Serialize;

/// All that a report on expectations speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Proofs<'a> {
    /// The inputs.
    pub project: &'a Project,
    /// The verdicts, in the order of the inputs.
    pub verdicts: &'a [Verdict<'a>],
    /// What they touch, if that is asked for.
    pub coverage: Option<&'a Coverage<'a>>,
    /// What is wrong with the inputs, so that the answers are not to be relied on.
    pub problems: &'a [Problem],
}

/// Something wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Path as shown to the user.
    pub path: String,
    /// Line, from 1; nothing if the whole file is meant.
    pub line: Option<u32>,
    /// One lower-case phrase.
    pub message: String,
}

/// How many expectations came to what. The field names are those of the JSON report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All.
    pub tests: usize,
    /// Those that hold.
    pub passed: usize,
    /// Those that do not.
    pub failed: usize,
    /// Those that hang on something that is not known.
    pub unknown: usize,
    /// Those that speak of everybody or of patterns in a way that cannot be proved.
    pub not_proved: usize,
    /// Those about somebody of whom no input knows.
    pub nobody: usize,
    /// Those on which rolewright contradicts itself.
    #[serde(skip)]
    pub contradictions: usize,
}

impl Counts {
    /// Counts.
    pub fn of(verdicts: &[Verdict<'_>]) -> Counts {
        let count = |outcome| verdicts.iter().filter(|verdict| verdict.outcome == outcome).count();
        Counts {
            tests: verdicts.len(),
            passed: count(Outcome::Passed),
            failed: count(Outcome::Failed),
            unknown: count(Outcome::Unknown),
            not_proved: count(Outcome::NotProved),
            nobody: count(Outcome::Nobody),
            contradictions: count(Outcome::Contradiction),
        }
    }
}

/// What an expectation is called: its name, or what it says.
pub fn title(expectation: &Expectation) -> String {
    expectation.name.as_ref().map_or_else(|| claim(expectation), |name| name.value.clone())
}

/// What an expectation says, as a sentence.
pub fn claim(expectation: &Expectation) -> String {
    let actions: Vec<&str> = expectation.actions.iter().map(|action| action.as_str()).collect();
    expectation.sentence(&actions)
}

/// Lines that say why a claim came out as it did; without those answers that are as they should be unless `all`.
fn explanation(verdict: &Verdict<'_>, places: &Places<'_>, all: bool) -> Vec<String> {
    let mut lines: Vec<String> = verdict.why.iter().cloned().collect();
    for answer in &verdict.answers {
        if all || answer.allowed != Some(answer.wanted) {
            lines.extend(answer_lines(answer, places));
        }
    }
    lines
}

fn answer_lines(answer: &Answer, places: &Places<'_>) -> Vec<String> {
    let wanted = answer.wanted;
    let word = |it: bool| if it { "yes" } else { "no" };
    let head = match answer.allowed {
        Some(got) if got == wanted => format!("{}: {}", answer.action, word(got)),
        Some(got) => format!("{}: expected {}, got {}", answer.action, word(wanted), word(got)),
        None => format!("{}: expected {}, but that is not known", answer.action, word(wanted)),
    };
    let mut lines = vec![head];
    for (at, reason) in answer.reasons.iter().enumerate() {
        if at == SHOWN {
            lines.push(format!("  and {} more ways with the same answer", answer.reasons.len() - SHOWN));
            break;
        }
        lines.extend(reason_lines(reason, places).into_iter().map(|line| format!("  {line}")));
    }
    lines
}

/// How many ways are told of one answer.
const SHOWN: usize = 5;

fn reason_lines(reason: &Reason, places: &Places<'_>) -> Vec<String> {
    let mut lines: Vec<String> = match (&reason.who, &reason.path) {
        (Some(who), Some(path)) => vec![format!("{who}, on {path}")],
        (Some(who), None) => vec![who.clone()],
        (None, _) => Vec::new(),
    };
    if reason.text != "allowed" || reason.rules.is_empty() {
        lines.push(match reason.place {
            Some(place) => format!("{}  {}", reason.text, place_text(place, places)),
            None => reason.text.clone(),
        });
    }
    lines.extend(reason.rules.iter().map(|rule| decider_text(rule, places)));
    for (at, hop) in reason.hops.iter().enumerate() {
        lines.push(format!("{}. {}", at + 1, sentence(hop)));
        lines.extend(hop.evidence.iter().map(|evidence| format!("   {}", told(evidence, places))));
    }
    if let Some((role, span)) = &reason.role {
        lines.push(format!("through the role {role}  {}", place_text(*span, places)));
    }
    lines
}

fn decider_text(rule: &Decider, places: &Places<'_>) -> String {
    let place = rule.span.map_or("(built in)".to_owned(), |span| place_text(span, places));
    let grants = rule.grants.join(", ");
    match rule.kind {
        DeciderKind::PathRule => {
            format!("policy {}, path \"{}\" [{grants}]  {place}", rule.owner, rule.label)
        }
        DeciderKind::RbacRule => format!("{}, rule [{grants}] on {}  {place}", rule.owner, rule.label),
    }
}

fn place_text(span: Span, places: &Places<'_>) -> String {
    let place = places.of(span);
    format!("{}:{}", place.path, place.start.line)
}
