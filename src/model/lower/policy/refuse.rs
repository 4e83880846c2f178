//! Refusals in the server's own words.

use std::cell::OnceCell;
use std::fmt::Write as _;

use crate::model::vault::policy::{Refusal, RefusalKind};
use crate::syntax::Span;
use crate::syntax::hcl1::{Format, Item};

/// Collects refusals, and knows the server's way to state positions.
pub(super) struct Refuser<'t> {
    pub(super) refusals: Vec<Refusal>,
    text: &'t str,
    format: Format,
    newlines: OnceCell<Vec<usize>>,
}

impl<'t> Refuser<'t> {
    pub(super) fn new(text: &'t str, format: Format) -> Refuser<'t> {
        Refuser { refusals: Vec::new(), text, format, newlines: OnceCell::new() }
    }

    /// True for a text in HCL.
    pub(super) fn is_hcl(&self) -> bool {
        self.format == Format::Hcl
    }

    pub(super) fn refuse(&mut self, span: Span, kind: RefusalKind, word: &str, server: String) {
        self.refusals.push(Refusal { span, kind, word: word.to_owned(), server });
    }

    /// `invalid key "k" on line N`: the line of the `=`, and 0 for a block.
    pub(super) fn invalid_key(&self, item: &Item, word: &str) -> String {
        let line = item.assign.map_or(0, |assign| self.line(assign.at as usize));
        format!("invalid key {} on line {line}", quote(word))
    }

    /// `line:column` of a byte offset, columns in characters.
    pub(super) fn position(&self, at: u32) -> String {
        let at = at as usize;
        let line = self.line(at);
        let start = line.checked_sub(2).and_then(|before| self.newlines().get(before)).map_or(0, |at| at + 1);
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1;
        format!("{line}:{column}")
    }

    /// `At line:column: `, as it stands before faults of type; JSON trees carry no positions.
    pub(super) fn at(&self, at: Option<u32>) -> String {
        match at.filter(|_| self.format == Format::Hcl) {
            Some(at) => format!("At {}: ", self.position(at)),
            None => "At -: ".to_owned(),
        }
    }

    fn line(&self, at: usize) -> usize {
        self.newlines().partition_point(|newline| *newline < at) + 1
    }

    fn newlines(&self) -> &[usize] {
        self.newlines.get_or_init(|| self.text.match_indices('\n').map(|(at, _)| at).collect())
    }
}

/// A text as Go's `%q` shows it.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{b}' => quoted.push_str("\\v"),
            '\u{c}' => quoted.push_str("\\f"),
            control if control.is_ascii_control() => {
                let _ = write!(quoted, "\\x{:02x}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}
