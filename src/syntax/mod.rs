//! Text to trees with spans. Knows neither Vault nor Kubernetes.
//!
//! Parsing never fails: every reader gives a tree of what it understood and a list of
//! [`SyntaxError`]s for what it did not.

pub mod date;
pub mod directive;
pub mod go_template;
pub mod hcl1;
pub mod hcl2;
pub mod json;
pub mod limits;
pub mod lines;
pub mod near;
pub mod tree;
pub mod unseen;
pub mod yaml;

use std::fmt;
use std::ops::Range;

/// Which input text a span belongs to; an index into [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A byte range in one source, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the range is in.
    pub source: SourceId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A range of `source`.
    pub fn new(source: SourceId, range: Range<usize>) -> Span {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { source, start: clamp(range.start), end: clamp(range.end) }
    }

    /// The bytes as a range for indexing a text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The empty span `bytes` after the start.
    pub fn after_start(self, bytes: usize) -> Span {
        let at = self.start.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
        Span { start: at, end: at, ..self }
    }

    /// The first `bytes` of it.
    pub fn head(self, bytes: usize) -> Span {
        Span { end: self.after_start(bytes).end, ..self }
    }

    /// The smallest span that holds both; spans of different sources keep `self`.
    pub fn to(self, other: Span) -> Span {
        if self.source != other.source {
            return self;
        }
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// True if `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The empty span at the start.
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }
}

/// A value with the place it was written at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spanned<T> {
    /// What was written, decoded.
    pub value: T,
    /// Where; for quoted text the quotes are inside.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Ties `value` to `span`.
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

impl Spanned<String> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl<T: fmt::Display> fmt::Display for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// One input text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its place in [`Sources`].
    pub id: SourceId,
    /// Path as shown to the user: relative to the root where possible, `/` between parts.
    pub name: String,
    /// The whole text; UTF-8 without a byte order mark (a mark at the start is noted in `bom`).
    pub text: String,
    /// The file began with a byte order mark, which was taken off `text`.
    pub bom: bool,
}

impl Source {
    /// The text under a span of this source; empty if the span does not fit.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or("")
    }

    /// The span of the whole text.
    pub fn whole(&self) -> Span {
        Span::new(self.id, 0..self.text.len())
    }

    /// Last part of the name.
    pub fn file_name(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }

    /// Everything before the last `/` of the name; empty at the root.
    pub fn directory(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(directory, _)| directory)
    }
}

/// All input texts of a run, in the order of their names.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    list: Vec<Source>,
}

impl Sources {
    /// Takes texts whose ids are their positions.
    pub fn new(list: Vec<Source>) -> Sources {
        debug_assert!(list.iter().enumerate().all(|(at, source)| source.id.0 as usize == at));
        Sources { list }
    }

    /// The text with this id.
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.list.get(id.0 as usize)
    }

    /// The text under a span; empty if there is none.
    pub fn slice(&self, span: Span) -> &str {
        self.get(span.source).map_or("", |source| source.slice(span))
    }

    /// Directory of the text with this id; empty at the root, and for a text that is not here.
    pub fn directory(&self, id: SourceId) -> &str {
        self.get(id).map_or("", Source::directory)
    }

    /// Where the value stands in its source letter for letter, without the quotes around it; nothing if it was written
    /// with escapes or over several lines. Edits inside the text may be made there.
    pub fn verbatim(&self, text: &Spanned<String>) -> Option<Span> {
        let written = self.slice(text.span);
        let inner = if written == text.value {
            text.span
        } else {
            let unquoted = ['"', '\'']
                .into_iter()
                .find_map(|quote| written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)))?;
            if unquoted != text.value {
                return None;
            }
            Span { start: text.span.start + 1, end: text.span.end - 1, ..text.span }
        };
        Some(inner)
    }

    /// All texts in order.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

/// Why a piece of text could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where reading went wrong.
    pub span: Span,
    /// One lower-case phrase.
    pub message: String,
    /// Another place that matters (the first of two equal keys, the opening brace).
    pub label: Option<(Span, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error with its place.
    pub fn new(span: Span, message: impl Into<String>) -> SyntaxError {
        SyntaxError { span, message: message.into(), label: None, help: None }
    }

    /// Adds the remedy.
    pub fn with_help(mut self, help: impl Into<String>) -> SyntaxError {
        self.help = Some(help.into());
        self
    }

    /// Adds the other place.
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> SyntaxError {
        self.label = Some((span, text.into()));
        self
    }
}

/// Where a text that is being parsed lies in its source.
///
/// A policy may be a whole file or a block scalar inside YAML, whose lines are indented; offsets of
/// the inner text then map to the source piecewise.
#[derive(Debug, Clone)]
pub struct Place {
    source: SourceId,
    /// `(inner offset, source offset)`, ascending; offsets in between move in step with the last pair.
    pieces: Vec<(u32, u32)>,
    /// Set where nothing of the inner text stands in the source as it is: all of it lies here.
    whole: Option<Span>,
}

impl Place {
    /// The inner text is the source from byte `start` on.
    pub fn from(source: SourceId, start: usize) -> Place {
        Place { source, pieces: vec![(0, u32::try_from(start).unwrap_or(u32::MAX))], whole: None }
    }

    /// The inner text is put together from pieces of the source: `(inner offset, source offset)`, ascending.
    pub fn pieces(source: SourceId, pieces: Vec<(u32, u32)>) -> Place {
        Place { source, pieces, whole: None }
    }

    /// The inner text is what is written under `span` in another form, such as base64.
    pub fn whole(span: Span) -> Place {
        Place { source: span.source, pieces: vec![(0, span.start)], whole: Some(span) }
    }

    /// True if no part of the inner text has a place of its own.
    pub fn is_whole(&self) -> bool {
        self.whole.is_some()
    }

    /// The source that spans will point into.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The span in the source of a byte range of the inner text.
    pub fn span(&self, range: Range<usize>) -> Span {
        if let Some(whole) = self.whole {
            return whole;
        }
        let start = self.offset(range.start);
        // The end is mapped through its last byte, so that it does not jump over the next line's indentation.
        let end = if range.end > range.start { self.offset(range.end - 1) + 1 } else { start };
        Span { source: self.source, start, end: end.max(start) }
    }

    fn offset(&self, inner: usize) -> u32 {
        let inner = u32::try_from(inner).unwrap_or(u32::MAX);
        if let [(0, to)] = self.pieces.as_slice() {
            return to.saturating_add(inner);
        }
        let at = self.pieces.partition_point(|(from, _)| *from <= inner);
        match at.checked_sub(1).and_then(|at| self.pieces.get(at)) {
            Some((from, to)) => to.saturating_add(inner - from),
            None => inner,
        }
    }
}
