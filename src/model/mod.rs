//! Nouns: what the files mean. Every field that a finding could point at is spanned.
//!
//! Lowering never fails: what cannot be understood becomes a [`Malformed`] entry that a rule reports.

pub mod annotation;
pub mod kube;
pub mod lower;
pub mod project;
pub mod spec;
pub mod vault;

use crate::syntax::Span;

/// A part of an input that has the wrong shape.
#[derive(Debug, Clone)]
pub struct Malformed {
    /// The part.
    pub span: Span,
    /// What is wrong: one lower-case phrase, the user's words in backticks.
    pub message: String,
    /// Another place that matters.
    pub label: Option<(Span, String)>,
    /// The remedy.
    pub help: Option<String>,
    /// Right text for the span, where it is certain.
    pub replacement: Option<String>,
}

impl Malformed {
    /// An entry without remedy.
    pub fn new(span: Span, message: impl Into<String>) -> Malformed {
        Malformed { span, message: message.into(), label: None, help: None, replacement: None }
    }

    /// Adds the remedy.
    pub fn with_help(mut self, help: impl Into<String>) -> Malformed {
        self.help = Some(help.into());
        self
    }

    /// Adds the other place.
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Malformed {
        self.label = Some((span, text.into()));
        self
    }
}
