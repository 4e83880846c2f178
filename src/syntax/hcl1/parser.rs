//! Tokens to items.
//!
//! A slip whose meaning is clear (a colon for `=`, an unquoted word, a missing comma) is reported and read as meant.
//! After any other fault reading goes on at the next item: one that starts a line and stands at the same depth, or
//! a `path "…" {` at the start of a line, which opens a new block whatever brackets are still open.

mod recover;
mod repeats;
mod slips;

use std::ops::Range;

use super::complaint::{self, Complaint};
use super::lexer::{Kind, Lexed, Token, lex};
use super::{Assign, Document, Format, Item, Key, Value, ValueKind, byte_order_mark, text};
use crate::syntax::Place;
use crate::syntax::limits;

/// Reads a text in HCL.
pub(super) fn parse<'t>(text: &'t str, place: &Place) -> Document<'t> {
    let from = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Lexed { tokens, comments, complaints, cut } = lex(text, from);
    let document = Document {
        format: Format::Hcl,
        items: Vec::new(),
        errors: Vec::new(),
        more_errors: 0,
        comments,
        repeats: Vec::new(),
        ignored: Vec::new(),
        nodes: Vec::with_capacity(tokens.len() / 4),
    };
    let mut parser = Parser {
        text,
        place,
        tokens,
        complaints,
        at: 0,
        depth: 0,
        unwinding: false,
        open_at_end: cut,
        hoisted: Vec::new(),
        document,
    };
    if from > 0 {
        parser.document.errors.push(byte_order_mark(place.span(0..from)));
    }
    parser.reserved_characters();
    parser.swallowed_lines();
    let mut items = parser.items(false);
    items.append(&mut parser.hoisted);
    let mut document = parser.document;
    document.items = items;
    document.errors.sort_by_key(|error| error.span);
    document.ignored.sort();
    document.repeats.sort_by_key(|repeat| repeat.again.at);
    document
}

struct Parser<'t, 'p> {
    text: &'t str,
    place: &'p Place,
    tokens: Vec<Token>,
    complaints: Vec<Complaint>,
    at: usize,
    depth: usize,
    /// A `path "…" {` was met inside a broken block: leave all blocks.
    unwinding: bool,
    /// The text ends inside of something, which was reported, or will be.
    open_at_end: bool,
    /// Path blocks that a block without closing brace had swallowed.
    hoisted: Vec<Item<'t>>,
    document: Document<'t>,
}

/// The end of the text where a value should stand: the server drops the key without a word.
enum Stop {
    Fault(Complaint),
    End,
}

impl From<Complaint> for Stop {
    fn from(complaint: Complaint) -> Stop {
        Stop::Fault(complaint)
    }
}

impl<'t> Parser<'t, '_> {
    /// What stands behind a carriage return in a comment of one line: an editor shows it on a line of its own, but to
    /// the server only a newline ends the comment.
    fn swallowed_lines(&mut self) {
        for comment in &self.document.comments {
            let Some(text) = self.text.get(comment.clone()).filter(|text| text.starts_with(['#', '/']))
            else {
                continue;
            };
            if text.starts_with("/*") {
                continue;
            }
            let Some((before, after)) = text.split_once('\r') else { continue };
            let hidden = after.trim_start();
            let is_comment = hidden.split('\r').all(|line| {
                let line = line.trim_start();
                line.is_empty() || line.starts_with('#') || line.starts_with("//")
            });
            if !is_comment {
                let start = comment.start + before.len() + 1 + after.len() - hidden.len();
                self.document.ignored.push(self.place.span(start..comment.end));
            }
        }
    }

    /// Items up to the closing brace (which is left) or to the end of the text.
    fn items(&mut self, nested: bool) -> Vec<Item<'t>> {
        let mut items = Vec::new();
        loop {
            match self.peek().kind {
                Kind::End => break,
                Kind::CloseBrace if nested => break,
                _ => {}
            }
            let from = self.at;
            let level = self.depth;
            match self.item() {
                Ok(item) => {
                    items.push(item);
                    if matches!(self.peek().kind, Kind::Comma) {
                        self.at += 1;
                    } else if self.peek().kind == Kind::Semicolon {
                        let complaint = Complaint::new(self.peek().range(), "unexpected `;`")
                            .help("arguments are separated by a new line, or by nothing at all");
                        self.report(complaint);
                        self.at += 1;
                    }
                }
                Err(Stop::Fault(complaint)) => {
                    self.depth = level;
                    self.report(complaint);
                    self.recover(from, nested);
                }
                Err(Stop::End) => {
                    if !nested {
                        let start = self.token(from).range().start;
                        self.document
                            .ignored
                            .push(self.place.span(start..self.text.trim_end().len().max(start)));
                    }
                }
            }
            if self.unwinding {
                if nested {
                    break;
                }
                self.unwinding = false;
            }
        }
        self.find_repeats(&items);
        items
    }

    fn item(&mut self) -> Result<Item<'t>, Stop> {
        let start = self.at;
        let mut keys = Vec::with_capacity(2);
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Word | Kind::Text | Kind::FaultyText(_) | Kind::SingleQuoted => {
                    keys.push(self.key(token));
                    self.at += 1;
                }
                Kind::OpenBrace if !keys.is_empty() => {
                    let value = self.object()?;
                    return Ok(self.finish(start, keys, None, value));
                }
                Kind::Assign | Kind::Colon if !keys.is_empty() => {
                    let assign = Assign { span: self.place.span(token.range()), at: token.start };
                    self.assignment(token, &keys);
                    self.at += 1;
                    let value = self.value()?;
                    return Ok(self.finish(start, keys, Some(assign), value));
                }
                _ => return Err(self.missing_body(token, &keys).into()),
            }
        }
    }

    fn finish(
        &mut self,
        start: usize,
        keys: Vec<Key<'t>>,
        assign: Option<Assign>,
        value: Value<'t>,
    ) -> Item<'t> {
        let range = self.range_from(start);
        self.document.nodes.push(range.clone());
        Item { keys, assign, value, span: self.place.span(range) }
    }

    /// From the token number `start` to the last token that was read.
    fn range_from(&self, start: usize) -> Range<usize> {
        let start = self.token(start).range().start;
        start..self.token(self.at.saturating_sub(1)).range().end.max(start)
    }

    fn value(&mut self) -> Result<Value<'t>, Stop> {
        let token = self.peek();
        let range = token.range();
        if let Some(kind) = self.literal(token) {
            self.at += 1;
            return Ok(Value { span: self.place.span(range), at: token.start, kind });
        }
        match token.kind {
            Kind::OpenBrace => Ok(self.object()?),
            Kind::OpenBracket => Ok(self.list()?),
            Kind::End => Err(Stop::End),
            Kind::Word => Ok(self.bare_word(token)?),
            _ => Err(self
                .own_complaint(token)
                .unwrap_or_else(|| complaint::unexpected(range, token.kind, self.word(token), "a value"))
                .into()),
        }
    }

    /// The content of a token that is a value by itself.
    fn literal(&mut self, token: Token) -> Option<ValueKind<'t>> {
        let word = self.word(token);
        Some(match token.kind {
            Kind::Text => text::unquote_hcl(word).map_or(ValueKind::Undecodable, ValueKind::Text),
            Kind::FaultyText(_) | Kind::SingleQuoted => ValueKind::Text(self.key(token).text),
            Kind::Heredoc => {
                text::heredoc(word).map_or(ValueKind::Undecodable, |text| ValueKind::Heredoc(text.into()))
            }
            Kind::Number => ValueKind::Number(word.into()),
            Kind::Float => ValueKind::Float(word.into()),
            Kind::Bool => ValueKind::Bool(word == "true"),
            _ => return None,
        })
    }

    /// `{…}`, the brace being next.
    fn object(&mut self) -> Result<Value<'t>, Complaint> {
        let start = self.at;
        let open = self.peek();
        self.descend(open)?;
        let mut items = self.items(true);
        self.depth -= 1;
        match self.peek().kind {
            Kind::CloseBrace if !self.unwinding => self.at += 1,
            Kind::End if !self.open_at_end && !self.unwinding => {
                self.open_at_end = true;
                let inner = items.iter().position(is_path_block);
                let mut complaint = Complaint::new(open.range(), "this `{` is never closed");
                if let Some(first) = inner.and_then(|at| items.get(at)).and_then(|item| item.keys.first()) {
                    let at = first.at as usize;
                    complaint = complaint.label(at..at + 4, "`}` is missing before this");
                } else {
                    complaint = complaint.help("close it with `}`");
                }
                self.report(complaint);
            }
            _ => {}
        }
        let inner = items.iter().position(is_path_block);
        if let Some(at) = inner.filter(|_| self.open_at_end && self.peek().kind == Kind::End) {
            let mut swallowed = items.split_off(at);
            swallowed.append(&mut self.hoisted);
            self.hoisted = swallowed;
        }
        let span = self.place.span(self.range_from(start));
        Ok(Value { span, at: open.start, kind: ValueKind::Object(items) })
    }

    /// `[…]`, the bracket being next.
    fn list(&mut self) -> Result<Value<'t>, Complaint> {
        let start = self.at;
        let open = self.peek();
        self.descend(open)?;
        let mut elements = Vec::new();
        let mut wants_comma = false;
        let mut complained = false;
        loop {
            let token = self.peek();
            if self.ends_open_list(token) {
                if token.kind != Kind::End || !std::mem::replace(&mut self.open_at_end, true) {
                    self.report(
                        Complaint::new(open.range(), "this `[` is never closed").help("close it with `]`"),
                    );
                }
                break;
            }
            match token.kind {
                Kind::CloseBracket => {
                    self.at += 1;
                    break;
                }
                Kind::Comma => {
                    self.at += 1;
                    wants_comma = false;
                    continue;
                }
                _ => {}
            }
            let is_value = matches!(
                token.kind,
                Kind::Text
                    | Kind::Heredoc
                    | Kind::Number
                    | Kind::Float
                    | Kind::Bool
                    | Kind::OpenBrace
                    | Kind::OpenBracket
                    | Kind::Word
                    | Kind::SingleQuoted
                    | Kind::FaultyText(_)
            );
            if !is_value {
                let complaint = self.own_complaint(token).unwrap_or_else(|| {
                    complaint::unexpected(token.range(), token.kind, self.word(token), "a value or `]`")
                });
                return Err(complaint);
            }
            if wants_comma && !std::mem::replace(&mut complained, true) {
                let before = self.token(self.at.saturating_sub(1)).range().end;
                self.report(Complaint::new(
                    before..token.range().end,
                    "a comma is missing between these values",
                ));
            }
            let nested = token.kind == Kind::OpenBracket;
            let value = match self.value() {
                Ok(value) => value,
                Err(Stop::Fault(complaint)) => return Err(complaint),
                Err(Stop::End) => continue,
            };
            self.document.nodes.push(token.start as usize..self.range_from(start).end);
            elements.push(value);
            // The server wants no comma after a list in a list.
            wants_comma = !nested;
            if self.unwinding {
                break;
            }
        }
        self.depth -= 1;
        let span = self.place.span(self.range_from(start));
        Ok(Value { span, at: open.start, kind: ValueKind::List(elements) })
    }

    fn descend(&mut self, open: Token) -> Result<(), Complaint> {
        self.at += 1;
        self.depth += 1;
        if self.depth <= limits::DEPTH {
            return Ok(());
        }
        self.depth -= 1;
        self.at = self.tokens.len().saturating_sub(1);
        self.open_at_end = true;
        let message = format!("more than {} brackets within each other", limits::DEPTH);
        Err(Complaint::new(open.range(), message).help("what follows was not read"))
    }

    fn key(&mut self, token: Token) -> Key<'t> {
        let word = self.word(token);
        let (text, quoted, readable) = match token.kind {
            Kind::Word => (word.into(), false, true),
            Kind::Text => match text::unquote_hcl(word) {
                Some(text) => (text, true, true),
                None => (word.trim_matches('"').into(), true, false),
            },
            Kind::SingleQuoted => {
                self.report(complaint::single_quotes(token.range()));
                (word.trim_matches('\'').into(), true, true)
            }
            _ => {
                if let Some(complaint) = self.own_complaint(token) {
                    self.report(complaint);
                }
                (word.trim_matches('"').into(), true, true)
            }
        };
        Key { text, span: self.place.span(token.range()), at: token.start, end: token.end, quoted, readable }
    }

    fn report(&mut self, complaint: Complaint) {
        if self.document.errors.len() < limits::ERRORS {
            self.document.errors.push(complaint.into_error(self.place));
        } else {
            self.document.more_errors += 1;
        }
    }

    fn peek(&self) -> Token {
        self.token(self.at)
    }

    fn token(&self, at: usize) -> Token {
        let end = Token { kind: Kind::End, start: 0, end: 0, leads: false };
        self.tokens.get(at).or(self.tokens.last()).copied().unwrap_or(end)
    }

    fn word(&self, token: Token) -> &'t str {
        self.text.get(token.range()).unwrap_or("")
    }
}

fn is_path_block(item: &Item) -> bool {
    item.assign.is_none()
        && item.keys.len() > 1
        && item.keys.first().is_some_and(|key| key.text == "path" && !key.quoted)
}
