//! Answers as lines of text: labels, what there is to say, and where it stands.

use serde_json::Value;

use crate::model::vault::policy::Policy;
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::acl::{BUILT_IN, RuleRef};
use crate::syntax::Span;

/// The answer to a question of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is allowed.
    Yes,
    /// It is not.
    No,
    /// It hangs on something that is not known.
    Unknown,
}

impl Answer {
    /// `yes`, `no` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Answer::Yes => "yes",
            Answer::No => "no",
            Answer::Unknown => "unknown",
        }
    }
}

/// One line of an explanation.
#[derive(Debug, Clone)]
pub struct Row {
    /// What the line is about.
    pub label: &'static str,
    /// What there is to say.
    pub text: String,
    /// `FILE:LINE`, or nothing.
    pub place: String,
    /// Lines below it, further in.
    pub notes: Vec<String>,
}

impl Row {
    /// A line without a place.
    pub fn new(label: &'static str, text: impl Into<String>) -> Row {
        Row { label, text: text.into(), place: String::new(), notes: Vec::new() }
    }

    /// Adds the place.
    pub fn at(self, place: String) -> Row {
        Row { place, ..self }
    }

    /// Adds a line below.
    pub fn note(mut self, note: impl Into<String>) -> Row {
        self.notes.push(note.into());
        self
    }
}

/// A text wider than this does not push the places of all others to the right.
const WIDEST: usize = 56;

/// The lines one below the other, places in a column of their own.
pub fn rows(rows: &[Row]) -> String {
    let label = rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
    let lengths = rows.iter().filter(|row| !row.place.is_empty()).map(|row| row.text.chars().count());
    let text = lengths.filter(|length| *length <= WIDEST).max().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let line = format!("  {:label$}  {:text$}  {}", row.label, clean::line(&row.text), row.place);
        out += line.trim_end();
        out.push('\n');
        for note in &row.notes {
            out += &format!("  {:label$}    {}\n", "", clean::line(note));
        }
    }
    out
}

/// A table with a head; the last column is not padded.
pub fn table<const N: usize>(head: [&str; N], lines: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let cleaned = lines.iter().map(|line| line.clone().map(|cell| clean::line(&cell).into_owned()));
    let lines: Vec<[String; N]> = std::iter::once(head).chain(cleaned).collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = String::new();
    for line in &lines {
        let cells: Vec<String> =
            line.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        out += cells.join("  ").trim_end();
        out.push('\n');
    }
    out
}

/// `FILE:LINE`.
pub fn place(places: &Places<'_>, span: Span) -> String {
    if span.source == BUILT_IN {
        return "built in".to_owned();
    }
    let place = places.of(span);
    format!("{}:{}", clean::line(place.path), place.start.line)
}

/// `path "PATTERN" [CAPABILITIES]`, as the rule is written.
pub fn rule_words(rule: RuleRef<'_>) -> String {
    let words: Vec<&str> = rule.rule.granted().iter().map(|capability| capability.word()).collect();
    format!("path \"{}\" [{}]", rule.rule.path.value, words.join(", "))
}

/// `policy NAME`.
pub fn policy_words(policy: &Policy) -> String {
    format!("policy `{}`", policy.name)
}

/// Adds a member to an object.
pub fn add(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Value::Object(members) = object {
        members.insert(key.to_owned(), value.into());
    }
}
