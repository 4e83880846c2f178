//! What a rule reports.

use std::borrow::Cow;

use super::place::Place;
use super::rule::Rule;
use crate::semantics::rbac::powers::{Power, Weight};
use crate::semantics::rbac::reach::Reach;
use crate::syntax::Span;

/// How loud a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Likely wrong or unsafe.
    Warning,
    /// Wrong, or hands over more than anybody can want.
    Error,
}

impl Severity {
    /// How loud a right is that somebody is given.
    pub fn of(weight: Weight) -> Severity {
        match weight {
            Weight::Critical => Severity::Error,
            Weight::High => Severity::Warning,
            Weight::Medium | Weight::Low => Severity::Note,
        }
    }

    /// How loud a wildcard is that takes these powers in and reaches so far.
    pub fn of_wildcard(powers: &[&Power], reach: &Reach<'_>) -> Severity {
        let heaviest = powers.iter().map(|power| power.weight).max();
        match (heaviest, reach) {
            (Some(Weight::Critical | Weight::High), Reach::Unbound) => Severity::Note,
            (Some(Weight::Critical), Reach::ClusterWide(_)) => Severity::Error,
            (Some(Weight::Critical | Weight::High), _) => Severity::Warning,
            _ => Severity::Note,
        }
    }

    /// `note`, `warning` or `error`.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// Reads one of the words.
    pub fn from_word(word: &str) -> Option<Severity> {
        [Severity::Note, Severity::Warning, Severity::Error]
            .into_iter()
            .find(|severity| severity.word() == word)
    }
}

/// One report of one rule.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Who reports.
    pub rule: &'static Rule,
    /// How loud: the rule's level, unless the rule or the configuration says otherwise.
    pub severity: Severity,
    /// The exact text at fault.
    pub span: Span,
    /// One lower-case phrase without a full stop, the user's words in backticks.
    pub message: String,
    /// Other places that matter, possibly in other files.
    pub labels: Vec<Label>,
    /// The remedy.
    pub help: Option<String>,
    /// A change that carries out the remedy.
    pub fix: Option<Fix>,
    /// Set if this is one of several places that the rule reports as one.
    pub place: Option<Box<Place>>,
}

/// Another place that a finding speaks of.
#[derive(Debug, Clone)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there, a lower-case phrase.
    pub text: String,
}

/// A proposed change.
#[derive(Debug, Clone)]
pub struct Fix {
    /// What it does, a lower-case imperative.
    pub title: String,
    /// Whether it may be applied unasked.
    pub safety: Safety,
    /// Replacements, in any order, not overlapping.
    pub edits: Vec<Edit>,
}

/// Whether a fix may be applied unasked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// It changes no access, and nothing that a server or a client does.
    Safe,
    /// It may give or take access or change what is done, also by repairing what never worked: somebody has to look at
    /// it, however certain the right text is.
    Unsafe,
}

/// One replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// By what.
    pub text: String,
}

impl Finding {
    /// A finding as loud as the rule is by default, with nothing but the place and the message.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Finding {
        Finding {
            rule,
            severity: rule.category.default_level().severity().unwrap_or(Severity::Note),
            span,
            message: message.into(),
            labels: Vec::new(),
            help: None,
            fix: None,
            place: None,
        }
    }

    /// Adds another place.
    pub fn label(&mut self, span: Span, text: impl Into<String>) -> &mut Finding {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds several other places.
    pub fn labels(&mut self, places: impl IntoIterator<Item = (Span, String)>) -> &mut Finding {
        self.labels.extend(places.into_iter().map(|(span, text)| Label { span, text }));
        self
    }

    /// Sets the remedy.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Finding {
        self.help = Some(text.into());
        self
    }

    /// Sets a fix that changes nothing of what is in force: no access, and nothing that a server or a client does.
    pub fn fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Finding {
        self.fix = Some(Fix { title: title.into(), safety: Safety::Safe, edits });
        self
    }

    /// Sets a fix that may change what is in force, if only by repairing what never worked.
    pub fn unsafe_fix(&mut self, title: impl Into<String>, edits: Vec<Edit>) -> &mut Finding {
        self.fix = Some(Fix { title: title.into(), safety: Safety::Unsafe, edits });
        self
    }

    /// Sets another severity than the rule's own.
    pub fn severity(&mut self, severity: Severity) -> &mut Finding {
        self.severity = severity;
        self
    }
}

impl Edit {
    /// Puts `text` in the place of what is under `span`.
    pub fn replace(span: Span, text: impl Into<String>) -> Edit {
        Edit { span, text: text.into() }
    }

    /// What is written into a text whose lines end in `\r\n`, or do not.
    pub fn text_in(&self, crlf: bool) -> Cow<'_, str> {
        if crlf && self.text.contains('\n') && !self.text.contains('\r') {
            Cow::Owned(self.text.replace('\n', "\r\n"))
        } else {
            Cow::Borrowed(&self.text)
        }
    }
}
