//! Which comment belongs to what, as the servers' parser decides it.
//!
//! It keeps two comments in mind while it reads: the last one that ended a line behind something, and the last one
//! that stood on the lines right above something. Whatever is finished next takes them; what was not taken stands
//! alone. So a comment behind `{` goes to the first argument, and one above a list's closing bracket stands alone.

use std::ops::Range;

use crate::syntax::hcl1::lexer::{Kind, lex};

/// A text that parses, with its comments in their places.
pub(super) struct Tree<'t> {
    pub(super) text: &'t str,
    pub(super) items: Vec<Item>,
    /// All comments in order: those that follow each other are one group.
    pub(super) groups: Vec<Group>,
    /// The groups that belong to nothing, in order.
    pub(super) standalone: Vec<usize>,
}

/// Comments without anything between them, not even an empty line.
pub(super) struct Group {
    pub(super) comments: Vec<Place>,
}

/// Where something stands.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) range: Range<usize>,
    /// The line on which it starts, from 1.
    pub(super) line: usize,
}

/// A block or an argument.
pub(super) struct Item {
    pub(super) keys: Vec<Place>,
    pub(super) assigned: bool,
    pub(super) value: Value,
    /// The group above it.
    pub(super) lead: Option<usize>,
    /// The group behind it.
    pub(super) line: Option<usize>,
}

impl Item {
    /// The start of its first key.
    pub(super) fn start(&self) -> usize {
        self.keys.first().map_or(0, |key| key.range.start)
    }

    /// The line of its first key.
    pub(super) fn first_line(&self) -> usize {
        self.keys.first().map_or(0, |key| key.line)
    }
}

pub(super) struct Value {
    pub(super) place: Place,
    pub(super) content: Content,
}

pub(super) enum Content {
    Literal { heredoc: bool, lead: Option<usize>, line: Option<usize> },
    List(Vec<Value>),
    Object { items: Vec<Item>, close: usize },
}

/// Reads a text that is known to parse, its line ends being newlines.
pub(super) fn read(text: &str) -> Tree<'_> {
    let mut reader = Reader {
        text,
        pieces: pieces(text),
        next: 0,
        piece: Piece { kind: None, place: Place { range: 0..0, line: 0 } },
        held: false,
        lead: None,
        line: None,
        groups: Vec::new(),
    };
    let items = reader.items(false);
    // What stands behind a key without a value was not asked for.
    while reader.scan() != Some(Kind::End) {}
    let mut taken = vec![false; reader.groups.len()];
    mark(&items, &mut taken);
    let standalone = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| at).collect();
    Tree { text, items, groups: reader.groups, standalone }
}

fn mark(items: &[Item], taken: &mut [bool]) {
    for item in items {
        take(item.lead, taken);
        take(item.line, taken);
        mark_value(&item.value, taken);
    }
}

fn mark_value(value: &Value, taken: &mut [bool]) {
    match &value.content {
        Content::Literal { lead, line, .. } => {
            take(*lead, taken);
            take(*line, taken);
        }
        Content::List(elements) => elements.iter().for_each(|element| mark_value(element, taken)),
        Content::Object { items, .. } => mark(items, taken),
    }
}

fn take(group: Option<usize>, taken: &mut [bool]) {
    if let Some(taken) = group.and_then(|group| taken.get_mut(group)) {
        *taken = true;
    }
}

/// A token, or a comment if it has no kind.
#[derive(Debug, Clone)]
struct Piece {
    kind: Option<Kind>,
    place: Place,
}

/// Tokens and comments in order, the last one [`Kind::End`].
fn pieces(text: &str) -> Vec<Piece> {
    let lexed = lex(text, 0);
    let mut pieces = Vec::with_capacity(lexed.tokens.len() + lexed.comments.len());
    let mut comments = lexed.comments.into_iter().peekable();
    for token in lexed.tokens {
        while let Some(mut comment) = comments.next_if(|comment| comment.start < token.start as usize) {
            // To the servers a carriage return at the end is a part of the comment.
            if text.get(comment.end..).is_some_and(|rest| rest.starts_with("\r\n"))
                && !text.get(comment.clone()).is_some_and(|comment| comment.starts_with("/*"))
            {
                comment.end += 1;
            }
            pieces.push(Piece { kind: None, place: Place { range: comment, line: 0 } });
        }
        pieces.push(Piece { kind: Some(token.kind), place: Place { range: token.range(), line: 0 } });
    }
    let (mut line, mut from) = (1, 0);
    for piece in &mut pieces {
        let start = piece.place.range.start;
        line += newlines(text, from..start);
        piece.place.line = line;
        from = start;
    }
    pieces
}

fn newlines(text: &str, range: Range<usize>) -> usize {
    text.get(range).unwrap_or("").bytes().filter(|byte| *byte == b'\n').count()
}

struct Reader<'t> {
    text: &'t str,
    pieces: Vec<Piece>,
    next: usize,
    piece: Piece,
    /// The present token is still to be handed out.
    held: bool,
    lead: Option<usize>,
    line: Option<usize>,
    groups: Vec<Group>,
}

impl Reader<'_> {
    fn items(&mut self, nested: bool) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            if nested && self.look_ahead() == Some(Kind::CloseBrace) {
                break;
            }
            match self.item() {
                Some(item) => items.push(item),
                None => break,
            }
            if self.look_ahead() == Some(Kind::Comma) {
                self.held = false;
            }
        }
        items
    }

    fn item(&mut self) -> Option<Item> {
        let mut keys = Vec::with_capacity(2);
        let assigned = loop {
            match self.scan()? {
                Kind::Word | Kind::Text => keys.push(self.piece.place.clone()),
                Kind::Assign => break true,
                Kind::OpenBrace => break false,
                _ => return None,
            }
        };
        let lead = self.lead.take();
        let value = if assigned { self.value()? } else { self.object() };
        let mut line = self.line.take();
        self.look_ahead();
        if keys.first().is_some_and(|key| key.line == value.place.line) && self.line.is_some() {
            line = self.line.take();
        }
        Some(Item { keys, assigned, value, lead, line })
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.scan()? {
            Kind::OpenBrace => self.object(),
            Kind::OpenBracket => self.list()?,
            kind => self.literal(kind)?,
        })
    }

    fn literal(&mut self, kind: Kind) -> Option<Value> {
        let heredoc = match kind {
            Kind::Heredoc => true,
            Kind::Text | Kind::Number | Kind::Float | Kind::Bool => false,
            _ => return None,
        };
        let content = Content::Literal { heredoc, lead: None, line: None };
        Some(Value { place: self.piece.place.clone(), content })
    }

    /// The brace is the present token.
    fn object(&mut self) -> Value {
        let place = self.piece.place.clone();
        let items = self.items(true);
        self.scan();
        Value { place, content: Content::Object { items, close: self.piece.place.range.start } }
    }

    /// The bracket is the present token.
    fn list(&mut self) -> Option<Value> {
        let place = self.piece.place.clone();
        let mut elements: Vec<Value> = Vec::new();
        loop {
            match self.scan()? {
                Kind::CloseBracket => return Some(Value { place, content: Content::List(elements) }),
                Kind::Comma => {
                    self.look_ahead();
                    let last = elements.last_mut().map(|last| &mut last.content);
                    if let Some(Content::Literal { line, .. }) = last {
                        *line = self.line.take().or(*line);
                    }
                }
                Kind::OpenBrace => elements.push(self.object()),
                Kind::OpenBracket => elements.push(self.list()?),
                kind => {
                    let mut element = self.literal(kind)?;
                    if let Content::Literal { lead, .. } = &mut element.content {
                        *lead = self.lead.take();
                    }
                    elements.push(element);
                }
            }
        }
    }

    /// The next token, which is handed out again.
    fn look_ahead(&mut self) -> Option<Kind> {
        let kind = self.scan();
        self.held = true;
        kind
    }

    /// The next token; comments before it are kept in mind.
    fn scan(&mut self) -> Option<Kind> {
        if std::mem::take(&mut self.held) {
            return self.piece.kind;
        }
        let line = self.piece.place.line;
        self.step();
        if self.piece.kind.is_none() && self.piece.place.line == line {
            let (group, last_line) = self.group(0);
            if self.piece.place.line != last_line || self.piece.kind == Some(Kind::End) {
                self.line = Some(group);
            }
        }
        let mut above = None;
        while self.piece.kind.is_none() {
            above = Some(self.group(1));
        }
        let closes = matches!(self.piece.kind, Some(Kind::CloseBrace | Kind::CloseBracket));
        if let Some((group, last_line)) = above
            && last_line + 1 == self.piece.place.line
            && !closes
        {
            self.lead = Some(group);
        }
        self.piece.kind
    }

    /// Takes in the comments from the present one on, each at most `apart` lines below the one before; gives the line
    /// on which the last one ends, too.
    fn group(&mut self, apart: usize) -> (usize, usize) {
        let mut comments = Vec::new();
        let mut last_line = self.piece.place.line;
        while self.piece.kind.is_none() && self.piece.place.line <= last_line + apart {
            let place = self.piece.place.clone();
            last_line = place.line + newlines(self.text, place.range.clone());
            comments.push(place);
            self.step();
        }
        self.groups.push(Group { comments });
        (self.groups.len() - 1, last_line)
    }

    fn step(&mut self) {
        let end = Piece { kind: Some(Kind::End), place: Place { range: 0..0, line: 0 } };
        self.piece = self.pieces.get(self.next).or(self.pieces.last()).cloned().unwrap_or(end);
        self.next += 1;
    }
}
