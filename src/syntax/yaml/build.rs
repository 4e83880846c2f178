//! Events to one document's tree: open containers on a stack, keys resolved and unique, aliases expanded.

mod map;

use std::borrow::Cow;
use std::ops::Range;

use super::anchor::{Anchors, Expansion};
use super::scalar::{self, Scalar};
use super::{binary, block, timestamp};
use crate::syntax::limits;
use crate::syntax::tree::{Node, NodeKind, Spread};
use crate::syntax::{SourceId, Span, Spanned, SyntaxError};
use map::{Key, OpenMap};

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Quoted,
    Literal,
    Folded,
}

/// The tags that change how a scalar is read; all others make it text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Absent,
    Bool,
    Int,
    Float,
    Null,
    Binary,
    Timestamp,
    /// Text, but of the key `<<` a merge key.
    Merge,
    /// `!` alone: as `Merge`.
    Bare,
    Other,
}

impl Tag {
    fn word(self) -> &'static str {
        match self {
            Tag::Bool => "!!bool",
            Tag::Int => "!!int",
            Tag::Float => "!!float",
            Tag::Null => "!!null",
            Tag::Timestamp => "!!timestamp",
            Tag::Absent | Tag::Binary | Tag::Merge | Tag::Bare | Tag::Other => "!!str",
        }
    }
}

/// Reading the document cannot go on.
#[derive(Debug)]
pub(super) struct Abandoned;

/// The tree of one document while it is being put together.
pub(super) struct Builder<'t> {
    text: &'t str,
    source: SourceId,
    frames: Vec<Frame>,
    root: Option<Node>,
    anchors: Anchors,
    /// Values that are written in base64.
    encoded: Vec<Span>,
    pub(super) errors: Vec<SyntaxError>,
}

/// A container that is still open.
struct Frame {
    content: Content,
    /// The anchor on it; 0 for none.
    anchor: usize,
    flow: bool,
    start: usize,
    end: usize,
}

enum Content {
    List(Vec<Node>),
    Map(OpenMap),
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, source: SourceId) -> Builder<'t> {
        let (frames, errors) = (Vec::new(), Vec::new());
        Builder { text, source, frames, root: None, anchors: Anchors::default(), encoded: Vec::new(), errors }
    }

    /// Drops what is left of the last document.
    pub(super) fn start_document(&mut self) {
        self.frames.clear();
        self.root = None;
        self.anchors.forget();
    }

    /// The finished tree; nothing for a document that was abandoned.
    pub(super) fn end_document(&mut self) -> Option<Node> {
        self.frames.clear();
        self.root.take()
    }

    /// What was wrong, and the values that no edit may be made in.
    pub(super) fn finish(self) -> (Vec<SyntaxError>, Vec<Span>) {
        let mut sealed = self.anchors.shared();
        sealed.extend(self.encoded);
        (self.errors, sealed)
    }

    pub(super) fn scalar(
        &mut self,
        value: Cow<'_, str>,
        style: Style,
        tag: Tag,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Abandoned> {
        let absent = style == Style::Plain && range.is_empty();
        let value = if absent { Cow::Borrowed("") } else { value };
        let range = if absent { self.absent_at(range.start) } else { range };
        let is_merge = value == "<<"
            && match tag {
                Tag::Merge | Tag::Bare => true,
                Tag::Absent => style == Style::Plain,
                _ => false,
            };
        if is_merge && self.awaits_key() {
            let span = self.span(range.clone());
            self.grow(range);
            self.set_key(Key::Merge(span));
            return Ok(());
        }
        let node = self.scalar_node(value, style, tag, range.clone())?;
        self.keep(anchor, &node)?;
        self.place(node, range)
    }

    pub(super) fn open_list(
        &mut self,
        flow: bool,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Abandoned> {
        self.open(Content::List(Vec::new()), flow, anchor, range)
    }

    pub(super) fn open_map(
        &mut self,
        flow: bool,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Abandoned> {
        self.open(Content::Map(OpenMap::default()), flow, anchor, range)
    }

    /// The end of the innermost container; `range` is its closing bracket, if it has one.
    pub(super) fn close(&mut self, range: Range<usize>) -> Result<(), Abandoned> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let extent = frame.start..if frame.flow { range.end } else { frame.end.max(frame.start) };
        let kind = match frame.content {
            Content::List(items) => NodeKind::List(items),
            Content::Map(map) => NodeKind::Map(map.entries),
        };
        let node = Node { span: self.span(extent.clone()), kind };
        self.keep(frame.anchor, &node)?;
        self.place(node, extent)
    }

    /// `*name`: a copy of what was anchored, at the place of the alias.
    pub(super) fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Abandoned> {
        let span = self.span(range.clone());
        let word = self.text.get(range.clone()).unwrap_or("*");
        let room = limits::DEPTH.saturating_sub(self.frames.len());
        let error = match self.anchors.expand(anchor, room) {
            Expansion::Node(node) => return self.place(Node { span, ..node }, range),
            Expansion::Unfinished => SyntaxError::new(span, format!("`{word}` stands inside what it names"))
                .with_help("write the value out; an anchor cannot hold itself"),
            Expansion::TooDeep => too_deep(span),
            Expansion::TooMuch => SyntaxError::new(
                span,
                format!(
                    "aliases add more than {} values or {} MiB of text to this file",
                    limits::ALIAS_NODES,
                    limits::ALIAS_TEXT / (1024 * 1024)
                ),
            )
            .with_help("write the values out, or split the file"),
        };
        self.abandon(error)
    }

    fn open(
        &mut self,
        content: Content,
        flow: bool,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Abandoned> {
        if self.awaits_key() {
            let what = if matches!(content, Content::List(_)) { "a list" } else { "a map" };
            let error =
                SyntaxError::new(self.first_character(range.start), format!("{what} cannot be a key"))
                    .with_help("quote the key; `{{ … }}` without quotes is a map inside a map to YAML");
            return self.abandon(error);
        }
        if self.frames.len() >= limits::DEPTH {
            let error = too_deep(self.first_character(range.start));
            return self.abandon(error);
        }
        // A block container begins where its first child does.
        let start = if flow { range.start } else { usize::MAX };
        self.frames.push(Frame { content, anchor, flow, start, end: 0 });
        Ok(())
    }

    fn scalar_node(
        &mut self,
        value: Cow<'_, str>,
        style: Style,
        tag: Tag,
        range: Range<usize>,
    ) -> Result<Node, Abandoned> {
        if tag == Tag::Binary {
            return self.binary(&value, style, range);
        }
        let is_text = matches!(tag, Tag::Absent | Tag::Merge | Tag::Bare | Tag::Other);
        if is_text && matches!(style, Style::Literal | Style::Folded) {
            let layout = block::layout(self.text, &value, range, style == Style::Folded);
            let spread = Spread(crate::syntax::Place::pieces(self.source, layout.pieces));
            let span = self.span(layout.range);
            return Ok(Node { span, kind: NodeKind::Block(value.into_owned(), Box::new(spread)) });
        }
        let span = self.span(range);
        let plain = style == Style::Plain;
        let scalar = match tag {
            Tag::Merge | Tag::Bare | Tag::Other => Scalar::Text,
            Tag::Absent if !plain => Scalar::Text,
            _ => scalar::resolve(&value),
        };
        let fits = match (tag, scalar) {
            (Tag::Absent | Tag::Merge | Tag::Bare | Tag::Binary | Tag::Other, _)
            | (Tag::Bool, Scalar::Bool(_))
            | (Tag::Null, Scalar::Null)
            | (Tag::Int, Scalar::Int(_) | Scalar::Unsigned(_))
            | (Tag::Float, Scalar::Float(_) | Scalar::Int(_)) => true,
            (Tag::Timestamp, _) => timestamp::is_one(&value),
            (Tag::Bool | Tag::Null | Tag::Int | Tag::Float, _) => false,
        };
        if !fits {
            let error = SyntaxError::new(span, format!("`{value}` is no `{}`", tag.word()));
            return self.abandon(error);
        }
        #[allow(clippy::cast_precision_loss)]
        let kind = match scalar {
            Scalar::Null => NodeKind::Null,
            Scalar::Bool(truth) => NodeKind::Bool(truth),
            Scalar::Int(number) if tag == Tag::Float => NodeKind::Float(number as f64),
            Scalar::Int(number) => NodeKind::Int(number),
            Scalar::Unsigned(number) => NodeKind::Float(number as f64),
            Scalar::Float(number) => NodeKind::Float(number),
            Scalar::Text => NodeKind::Text(value.into_owned()),
        };
        Ok(Node { span, kind })
    }

    /// A value in base64; its span begins with its tag, so that who replaces it replaces all of it.
    fn binary(&mut self, written: &str, style: Style, range: Range<usize>) -> Result<Node, Abandoned> {
        let start = binary::tag_before(self.text, self.header_of(style, &range)).unwrap_or(range.start);
        let end = match style {
            Style::Literal | Style::Folded => {
                block::layout(self.text, written, range, style == Style::Folded).range.end
            }
            Style::Plain | Style::Quoted => range.end,
        };
        let span = self.span(start..end.max(start));
        match binary::decode(written, span) {
            Ok(text) => {
                self.encoded.push(span);
                Ok(Node { span, kind: NodeKind::Text(text) })
            }
            Err(error) => self.abandon(error),
        }
    }

    /// Where a scalar begins, the `|` or `>` of a block included.
    fn header_of(&self, style: Style, range: &Range<usize>) -> usize {
        match style {
            Style::Literal | Style::Folded => {
                block::layout(self.text, "", range.clone(), style == Style::Folded).range.start
            }
            Style::Plain | Style::Quoted => range.start,
        }
    }

    /// Puts a finished value where it belongs: as key, value, item or root. `extent` is its place in this document.
    fn place(&mut self, node: Node, extent: Range<usize>) -> Result<(), Abandoned> {
        let infinite = matches!(node.kind, NodeKind::Float(number) if !number.is_finite());
        if infinite && !self.awaits_key() {
            let word = self.text.get(extent).unwrap_or_default();
            let error = SyntaxError::new(node.span, format!("`{word}` is a number that JSON does not have"))
                .with_help("put it in quotes if text is meant");
            return self.abandon(error);
        }
        self.grow(extent);
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        let map = match &mut frame.content {
            Content::List(items) => {
                items.push(node);
                return Ok(());
            }
            Content::Map(map) => map,
        };
        match map.key.take() {
            None => match key_text(&node) {
                Ok(text) => map.key = Some(Key::Text(Spanned::new(text, node.span))),
                Err(error) => return self.abandon(error),
            },
            Some(Key::Text(key)) => {
                if let Some(error) = map.add(key, node) {
                    self.errors.push(error);
                }
            }
            Some(Key::Merge(span)) => {
                if let Err(error) = map.merge(span, node) {
                    return self.abandon(error);
                }
            }
        }
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: &Node) -> Result<(), Abandoned> {
        if anchor == 0 || self.anchors.keep(anchor, node) {
            return Ok(());
        }
        let error = SyntaxError::new(
            node.span.at_start(),
            format!("anchored values hold more than {} values", limits::ANCHOR_NODES),
        );
        self.abandon(error.with_help("take the anchor off, or split the file"))
    }

    fn abandon<T>(&mut self, error: SyntaxError) -> Result<T, Abandoned> {
        self.errors.push(error);
        self.start_document();
        Err(Abandoned)
    }

    fn awaits_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Map(OpenMap { key: None, .. }), .. }))
    }

    fn set_key(&mut self, key: Key) {
        if let Some(Frame { content: Content::Map(map), .. }) = self.frames.last_mut() {
            map.key = Some(key);
        }
    }

    fn grow(&mut self, extent: Range<usize>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.start = frame.start.min(extent.start);
            frame.end = frame.end.max(extent.end);
        }
    }

    /// Where a value that was left out would have stood: after the colon of its key, or after the last thing before
    /// `mark`, which is the next token.
    fn absent_at(&self, mark: usize) -> Range<usize> {
        let before = self.text.get(..mark).unwrap_or(self.text).trim_end().len();
        let colon = self.frames.last().and_then(|frame| match &frame.content {
            Content::Map(OpenMap { key: Some(_), .. }) => {
                let rest = self.text.get(frame.end..)?;
                let gap = rest.len() - rest.trim_start().len();
                rest.trim_start().starts_with(':').then_some(frame.end + gap + 1)
            }
            _ => None,
        });
        let at = colon.unwrap_or(before);
        at..at
    }

    fn first_character(&self, at: usize) -> Span {
        let width = self.text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        self.span(at..at + width)
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.source, range)
    }
}

/// The text that a key becomes in JSON.
fn key_text(node: &Node) -> Result<String, SyntaxError> {
    Ok(match &node.kind {
        NodeKind::Text(text) | NodeKind::Block(text, _) => text.clone(),
        NodeKind::Bool(truth) => truth.to_string(),
        NodeKind::Int(number) => number.to_string(),
        NodeKind::Float(number) => scalar::float_key(*number),
        NodeKind::Null | NodeKind::List(_) | NodeKind::Map(_) => {
            return Err(SyntaxError::new(node.span, format!("{} cannot be a key", node.kind_name()))
                .with_help("put the key in quotes"));
        }
    })
}

fn too_deep(span: Span) -> SyntaxError {
    SyntaxError::new(span, format!("nested deeper than {} levels", limits::DEPTH))
}
