//! The YAML that nearly all manifests are written in, read line by line: block maps and lists, scalars and flow
//! collections of one line, printable ASCII.
//!
//! It takes a text whole or not at all. Whatever else a text holds - anchors, tags, block scalars, scalars over several
//! lines, escapes, a fault -, is left to the crate, whose reading of what is taken here is the same (the tests hold the
//! two against each other); this one is ten times as fast.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::Range;

use super::build::{Builder, Style, Tag};
use super::{Document, Stream};
use crate::syntax::tree::NodeKind;
use crate::syntax::{SourceId, Span, limits};

/// Reads a text without a directive; nothing if it needs a reader that knows all of YAML.
pub(super) fn read(text: &str, source: SourceId) -> Option<Stream> {
    // Without a way out in the middle, the compiler looks at many bytes at once.
    let printable = |byte: u8| matches!(byte, b' '..=b'~' | b'\n');
    if !text.bytes().fold(true, |all, byte| all & printable(byte)) {
        return None;
    }
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        source,
        builder: Builder::new(text, source),
        open: Vec::new(),
        awaits_value: false,
        started: None,
        explicit: false,
        documents: Vec::new(),
    };
    reader.run()?;
    let sound = reader.builder.errors.is_empty();
    sound.then(|| Stream { documents: reader.documents, ..Stream::default() })
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    source: SourceId,
    builder: Builder<'t>,
    /// The block collections that are open, the innermost last.
    open: Vec<Open>,
    /// A key stands there whose value did not come on its line.
    awaits_value: bool,
    /// Where the document began, once it has.
    started: Option<usize>,
    /// It began with `---`.
    explicit: bool,
    documents: Vec<Document>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Open {
    kind: Kind,
    /// The column of its keys, or of its dashes.
    column: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Map,
    List,
}

/// A part of a line.
struct Piece {
    style: Style,
    range: Range<usize>,
}

/// The longest key; longer ones are refused where YAML is read in full.
const KEY: usize = 1000;

/// How deep flow collections may nest here.
const FLOW_DEPTH: usize = 16;

impl Reader<'_> {
    fn run(&mut self) -> Option<()> {
        let mut start = 0;
        while start < self.bytes.len() {
            let rest = self.bytes.get(start..)?;
            let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
            self.line(start, start + length)?;
            start += length + 1;
        }
        self.end_document()
    }

    fn line(&mut self, start: usize, end: usize) -> Option<()> {
        let at = self.skip_blanks(start, end);
        match self.byte(at, end) {
            None | Some(b'#') => return Some(()),
            Some(b'-' | b'.' | b'%') if at == start => {
                if self.starts(at, end, b"---") {
                    return self.marker(at, end);
                }
                if self.starts(at, end, b"...") || self.byte(at, end) == Some(b'%') {
                    return None;
                }
            }
            Some(_) => {}
        }
        if self.started.is_none() {
            self.start_document(at);
        }
        let column = at - start;
        let kind = if self.is_dash(at, end) { Kind::List } else { Kind::Map };
        self.find_place(Open { kind, column }, start)?;
        self.content(at, start, end)
    }

    /// `---`
    fn marker(&mut self, at: usize, end: usize) -> Option<()> {
        self.is_over(at + 3, end).then_some(())?;
        if self.started.is_some() {
            self.end_document()?;
        }
        self.start_document(at);
        self.explicit = true;
        Some(())
    }

    /// Closes what a line at this column ends, and opens what it begins.
    fn find_place(&mut self, new: Open, mark: usize) -> Option<()> {
        if self.awaits_value {
            let key = *self.open.last()?;
            self.awaits_value = false;
            if new.column > key.column || (new.column == key.column && new.kind == Kind::List) {
                return self.begin(new);
            }
            self.builder.scalar(Cow::Borrowed(""), Style::Plain, Tag::Absent, 0, mark..mark).ok()?;
        }
        if self.open.is_empty() {
            return self.begin(new);
        }
        loop {
            let last = *self.open.last()?;
            if last == new {
                return Some(());
            }
            // A list may stand at the column of the key that it belongs to.
            if last.column < new.column || (last.column == new.column && last.kind == Kind::Map) {
                return None;
            }
            self.close()?;
        }
    }

    fn begin(&mut self, new: Open) -> Option<()> {
        let opened = match new.kind {
            Kind::Map => self.builder.open_map(false, 0, 0..0),
            Kind::List => self.builder.open_list(false, 0, 0..0),
        };
        opened.ok()?;
        self.open.push(new);
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        self.open.pop()?;
        self.builder.close(0..0).ok()
    }

    /// What stands on a line that begins at `start`: dashes, then a key or a value.
    fn content(&mut self, mut at: usize, start: usize, end: usize) -> Option<()> {
        let mut listed = false;
        while self.is_dash(at, end) {
            at = self.skip_blanks(at + 1, end);
            listed = true;
            if self.is_dash(at, end) {
                self.begin(Open { kind: Kind::List, column: at - start })?;
            }
        }
        if matches!(self.byte(at, end)?, b'[' | b'{') {
            return listed.then_some(()).and_then(|()| self.last_value(at, end));
        }
        let piece = self.scalar(at, end)?;
        let after = piece.range.end;
        if self.byte(after, end) != Some(b':') {
            listed.then_some(())?;
            self.put(piece)?;
            return self.is_over(after, end).then_some(());
        }
        if piece.range.len() > KEY {
            return None;
        }
        if listed {
            self.begin(Open { kind: Kind::Map, column: at - start })?;
        }
        self.put(piece)?;
        if self.is_over(after + 1, end) {
            self.awaits_value = true;
            return Some(());
        }
        (self.byte(after + 1, end) == Some(b' ')).then_some(())?;
        let at = self.skip_blanks(after + 1, end);
        self.last_value(at, end)
    }

    /// The value that ends a line.
    fn last_value(&mut self, at: usize, end: usize) -> Option<()> {
        let after = if matches!(self.byte(at, end)?, b'[' | b'{') {
            self.flow(at, end, FLOW_DEPTH)?
        } else {
            let piece = self.scalar(at, end)?;
            let after = piece.range.end;
            self.put(piece)?;
            after
        };
        self.is_over(after, end).then_some(())
    }

    /// A scalar of a block; a colon right after it makes it a key.
    fn scalar(&self, at: usize, end: usize) -> Option<Piece> {
        match self.byte(at, end)? {
            quote @ (b'"' | b'\'') => self.quoted(at, end, quote),
            first => {
                self.may_begin(first, at, end)?;
                let mut last = at;
                let mut next = at;
                while let Some(byte) = self.byte(next, end) {
                    match byte {
                        b':' if matches!(self.byte(next + 1, end), None | Some(b' ')) => {
                            // A blank before the colon is left to others.
                            let close = last + 1 == next && next > at;
                            return close.then_some(Piece { style: Style::Plain, range: at..next });
                        }
                        b'#' if last + 1 < next => break,
                        b' ' => {}
                        _ => last = next,
                    }
                    next += 1;
                }
                Some(Piece { style: Style::Plain, range: at..last + 1 })
            }
        }
    }

    fn quoted(&self, at: usize, end: usize, quote: u8) -> Option<Piece> {
        let inside = self.bytes.get(at + 1..end)?;
        let length = inside.iter().position(|byte| *byte == quote || *byte == b'\\')?;
        let close = at + 1 + length;
        let simple = self.byte(close, end) == Some(quote) && self.byte(close + 1, end) != Some(quote);
        simple.then_some(Piece { style: Style::Quoted, range: at..close + 1 })
    }

    /// Nothing if no plain scalar begins so, or if it takes a closer look.
    fn may_begin(&self, first: u8, at: usize, end: usize) -> Option<()> {
        let next = self.byte(at + 1, end);
        let may = match first {
            b'-' => !matches!(next, None | Some(b' ' | b',' | b'[' | b']' | b'{' | b'}')),
            b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' | b'`' | b'#' | b'?' | b':' => false,
            b',' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b' ' => false,
            _ => true,
        };
        may.then_some(())
    }

    /// A flow collection; what comes after it.
    fn flow(&mut self, open: usize, end: usize, depth: usize) -> Option<usize> {
        let is_map = self.byte(open, end)? == b'{';
        let last = if is_map { b'}' } else { b']' };
        let range = open..open + 1;
        let opened = if is_map {
            self.builder.open_map(true, 0, range)
        } else {
            self.builder.open_list(true, 0, range)
        };
        opened.ok()?;
        let mut at = self.skip_blanks(open + 1, end);
        if self.byte(at, end)? != last {
            loop {
                if is_map {
                    let key = self.flow_scalar(at, end)?;
                    let colon = key.range.end;
                    let is_key = self.byte(colon, end)? == b':' && self.byte(colon + 1, end)? == b' ';
                    (is_key && key.range.len() <= KEY).then_some(())?;
                    self.put(key)?;
                    at = self.skip_blanks(colon + 1, end);
                }
                at = match self.byte(at, end)? {
                    b'[' | b'{' => self.flow(at, end, depth.checked_sub(1)?)?,
                    _ => {
                        let piece = self.flow_scalar(at, end)?;
                        let after = piece.range.end;
                        self.put(piece)?;
                        after
                    }
                };
                at = self.skip_blanks(at, end);
                match self.byte(at, end)? {
                    b',' => at = self.skip_blanks(at + 1, end),
                    byte if byte == last => break,
                    _ => return None,
                }
            }
        }
        self.builder.close(at..at + 1).ok()?;
        Some(at + 1)
    }

    /// A scalar of a flow collection.
    fn flow_scalar(&self, at: usize, end: usize) -> Option<Piece> {
        match self.byte(at, end)? {
            quote @ (b'"' | b'\'') => self.quoted(at, end, quote),
            first => {
                self.may_begin(first, at, end)?;
                let mut last = at;
                let mut next = at;
                while let Some(byte) = self.byte(next, end) {
                    match byte {
                        b',' | b']' | b'}' => break,
                        b'[' | b'{' | b'#' => return None,
                        b':' => match self.byte(next + 1, end)? {
                            b' ' if last + 1 == next => break,
                            b' ' | b',' | b'[' | b']' | b'{' | b'}' => return None,
                            _ => last = next,
                        },
                        b' ' => {}
                        _ => last = next,
                    }
                    next += 1;
                }
                Some(Piece { style: Style::Plain, range: at..last + 1 })
            }
        }
    }

    fn put(&mut self, piece: Piece) -> Option<()> {
        let Piece { style, range } = piece;
        let inside = if style == Style::Quoted { range.start + 1..range.end - 1 } else { range.clone() };
        let value = Cow::Borrowed(self.text.get(inside)?);
        self.builder.scalar(value, style, Tag::Absent, 0, range).ok()
    }

    fn start_document(&mut self, at: usize) {
        self.builder.start_document();
        self.started = Some(at);
    }

    fn end_document(&mut self) -> Option<()> {
        let started = self.started.take()?;
        let mark = self.bytes.len();
        if std::mem::take(&mut self.awaits_value) {
            self.builder.scalar(Cow::Borrowed(""), Style::Plain, Tag::Absent, 0, mark..mark).ok()?;
        }
        while !self.open.is_empty() {
            self.close()?;
        }
        // A document without content, or a stream without end, is left to others.
        let root = self.builder.end_document()?;
        if matches!(root.kind, NodeKind::Null) || self.documents.len() >= limits::DOCUMENTS {
            return None;
        }
        let started = Span::new(self.source, started..started);
        self.documents.push(Document { span: started.to(root.span), root });
        Some(())
    }

    fn byte(&self, at: usize, end: usize) -> Option<u8> {
        if at < end { self.bytes.get(at).copied() } else { None }
    }

    fn starts(&self, at: usize, end: usize, word: &[u8]) -> bool {
        self.bytes.get(at..end).is_some_and(|rest| rest.starts_with(word))
    }

    fn is_dash(&self, at: usize, end: usize) -> bool {
        self.byte(at, end) == Some(b'-') && matches!(self.byte(at + 1, end), None | Some(b' '))
    }

    fn skip_blanks(&self, mut at: usize, end: usize) -> usize {
        while self.byte(at, end) == Some(b' ') {
            at += 1;
        }
        at
    }

    /// True if nothing but a comment follows on the line.
    fn is_over(&self, at: usize, end: usize) -> bool {
        let next = self.skip_blanks(at, end);
        match self.byte(next, end) {
            None => true,
            Some(b'#') => next > at,
            Some(_) => false,
        }
    }
}
