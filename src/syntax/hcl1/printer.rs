//! HCL version 1 to its canonical text, as `printer.Format` of `hashicorp/hcl` v1.0.1-vault-7 writes it, which is what
//! the servers' own `policy fmt` calls.
//!
//! That printer can do harm: it drops comments between arguments that it aligns, joins the lines of a comment at the
//! start of a block, writes a comment behind the closing word of a heredoc, pushes the inner lines of block comments
//! further in each time, and drops a key at the end that has no value. Where it would, the text is printed with the
//! same layout and without the harm. A result that is not the same tree with the same comments is never handed out.

mod attach;
mod json;
mod layout;
mod same;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use super::{Format, parse};
use crate::syntax::{Place, SourceId, Span, SyntaxError};
use layout::Style;

pub use json::quoted;

/// Why a text has no canonical form.
#[derive(Debug, Clone)]
pub enum Unprintable {
    /// It does not parse: the errors, and how many more were left out.
    Syntax(Vec<SyntaxError>, usize),
    /// Servers read it, but drop these parts of it without a word.
    Dropped(Vec<Span>),
    /// JSON that HCL cannot express: `null` or a text that does not decode, at this place.
    Inexpressible(Span),
    /// No text could be found that reads as the same; a fault of this printer.
    Unfaithful,
}

/// The canonical text of `text`, which lies at `place` in its source and is HCL or the server's JSON form of it.
///
/// Formatting the result again gives the result. Where the servers' printer needs several runs to come to rest, this
/// is the text of its last run.
pub fn format(text: &str, place: &Place) -> Result<String, Unprintable> {
    let document = parse(text, place);
    if !document.errors.is_empty() {
        return Err(Unprintable::Syntax(document.errors, document.more_errors));
    }
    let dropped = dropped(text, place);
    if !dropped.is_empty() {
        return Err(Unprintable::Dropped(dropped));
    }
    if document.format == Format::Json {
        let written = json::transcribe(&document).map_err(Unprintable::Inexpressible)?;
        let printed = settle(&written).ok_or(Unprintable::Unfaithful)?;
        let read = parse(&printed, &nowhere());
        let same = read.errors.is_empty() && same::content(&document.items, &read.items);
        return if same { Ok(printed) } else { Err(Unprintable::Unfaithful) };
    }
    settle(text).ok_or(Unprintable::Unfaithful)
}

/// What the servers' printer makes of a text in HCL in one run, harm and all; `None` if it does not parse.
pub fn as_servers_print(text: &str) -> Option<String> {
    let document = parse(text, &nowhere());
    let readable = document.errors.is_empty() && document.format == Format::Hcl;
    readable.then(|| layout::print(&attach::read(&unified(text)), Style::Servers))
}

/// How often the servers' printer may change its mind.
const ROUNDS: usize = 12;

fn settle(text: &str) -> Option<String> {
    let mut text = print(text)?;
    for _ in 0..ROUNDS {
        let again = print(&text)?;
        if again == text {
            return Some(text);
        }
        text = again;
    }
    None
}

fn print(text: &str) -> Option<String> {
    let text = &unified(text);
    let tree = attach::read(text);
    [Style::Servers, Style::Careful]
        .into_iter()
        .map(|style| layout::print(&tree, style))
        .find(|printed| same::text(text, printed))
}

/// The text as the servers' parser takes it in.
fn unified(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// What the servers' parser drops; what stands in a comment is not lost, whatever it was meant to be.
fn dropped(text: &str, place: &Place) -> Vec<Span> {
    let document = parse(text, &nowhere());
    let kept = |span: &Span| {
        let start = span.range().start;
        document.comments.iter().any(|comment| comment.contains(&start))
    };
    document.ignored.iter().filter(|span| !kept(span)).map(|span| place.span(span.range())).collect()
}

fn nowhere() -> Place {
    Place::from(SourceId(0), 0)
}
