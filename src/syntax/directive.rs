//! Suppression comments: `# rolewright: allow(rule-name) reason`.

use super::{Span, Spanned};

/// A suppression comment.
#[derive(Debug, Clone)]
pub struct Directive {
    /// The whole comment.
    pub span: Span,
    /// The rules it names.
    pub rules: Vec<Spanned<String>>,
    /// Why; empty if none was given, which is a finding of its own.
    pub reason: String,
    /// The syntax node that it covers: findings whose span starts inside are allowed.
    pub covers: Span,
    /// Set if the comment starts like a directive but cannot be read: what is wrong with it.
    pub fault: Option<String>,
}
