//! Spans to paths, lines and columns.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::syntax::lines::{LineIndex, Position};
use crate::syntax::{Source, SourceId, Sources, Span};

/// Line tables of all sources, each made when it is first asked for.
#[derive(Debug)]
pub struct Places<'a> {
    sources: &'a Sources,
    real_names: Option<&'a RealNames>,
    lines: Vec<OnceCell<LineIndex>>,
}

/// Names of the files themselves, for texts that were reached through a link.
pub type RealNames = BTreeMap<SourceId, String>;

/// A span as people and other programs want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place<'a> {
    /// Path as shown to the user.
    pub path: &'a str,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// The bytes.
    pub span: Span,
}

/// The first character of a place, for reports that say no more of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site<'a> {
    /// Path as shown to the user.
    pub path: &'a str,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl<'a> Places<'a> {
    /// For these texts.
    pub fn new(sources: &'a Sources) -> Places<'a> {
        Places { sources, real_names: None, lines: sources.iter().map(|_| OnceCell::new()).collect() }
    }

    /// The same under the names of the files themselves: code hosts show nothing at links.
    pub fn of_files(sources: &'a Sources, real_names: &'a RealNames) -> Places<'a> {
        Places { real_names: Some(real_names), ..Places::new(sources) }
    }

    /// The place of a span; a span of no source gives the start of a nameless text.
    pub fn of(&self, span: Span) -> Place<'a> {
        let nowhere = Position { line: 1, column: 1 };
        match (self.sources.get(span.source), self.lines(span.source)) {
            (Some(source), Some(lines)) => Place {
                path: self.real_names.and_then(|names| names.get(&source.id)).unwrap_or(&source.name),
                start: lines.position(&source.text, span.start),
                end: lines.position(&source.text, span.end),
                span,
            },
            _ => Place { path: "", start: nowhere, end: nowhere, span },
        }
    }

    /// Where a span begins.
    pub fn site(&self, span: Span) -> Site<'a> {
        let place = self.of(span);
        Site { path: place.path, line: place.start.line, column: place.start.column }
    }

    /// Line and column of an offset, both from 1, the column in bytes of the file as it lies on the disk.
    pub fn bytes(&self, id: SourceId, offset: u32) -> (u32, u32) {
        let (Some(source), Some(lines)) = (self.source(id), self.lines(id)) else { return (1, 1) };
        let line = lines.line_of(offset);
        let mark = if source.bom && line == 0 { 3 } else { 0 };
        let column = offset.saturating_sub(lines.start_of(line)) + mark + 1;
        (u32::try_from(line + 1).unwrap_or(u32::MAX), column)
    }

    /// The span with its bytes counted as in the file on the disk: after the byte order mark, where there is one.
    pub fn in_file(&self, span: Span) -> Span {
        let mark = if self.source(span.source).is_some_and(|source| source.bom) { 3 } else { 0 };
        Span { start: span.start.saturating_add(mark), end: span.end.saturating_add(mark), ..span }
    }

    /// The text with this id.
    pub fn source(&self, id: SourceId) -> Option<&'a Source> {
        self.sources.get(id)
    }

    /// The line table of the text with this id.
    pub fn lines(&self, id: SourceId) -> Option<&LineIndex> {
        let source = self.sources.get(id)?;
        self.lines.get(id.0 as usize).map(|cell| cell.get_or_init(|| LineIndex::new(&source.text)))
    }
}
