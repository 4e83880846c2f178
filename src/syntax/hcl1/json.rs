//! The JSON form, as leniently as the servers read it.
//!
//! The reader has one token of memory and few checks: it ends an object at whatever stands where a comma should,
//! takes the end of the text for any number of closing braces, drops a member that is cut short by `}`, and never
//! looks at what follows the outermost object. Afterwards objects within objects are folded into lists of keys.

use super::complaint::{self, Complaint};
use super::lexer::Kind;
use super::number::{Cursor, Scanned, escape};
use super::{Assign, Document, Format, Item, Key, Value, ValueKind, text};
use crate::syntax::limits;
use crate::syntax::{Place, Span};

/// Reads a text in JSON, whose first character that is no white space is `{`.
pub(super) fn parse<'t>(text: &'t str, place: &Place) -> Document<'t> {
    let document = Document {
        format: Format::Json,
        items: Vec::new(),
        errors: Vec::new(),
        more_errors: 0,
        comments: Vec::new(),
        repeats: Vec::new(),
        ignored: Vec::new(),
        nodes: Vec::new(),
    };
    let token = Token { kind: Mark::End, start: 0, end: 0 };
    let mut reader = Reader { text, place, at: 0, token, depth: 0, failed: false, document };
    reader.scan();
    let mut items = Vec::new();
    if reader.token.kind == Mark::OpenBrace {
        if let Ok(ValueKind::Object(members)) = reader.object() {
            items = members;
        }
    } else if !reader.failed {
        let token = reader.token;
        reader.fault(Complaint::new(token.start..token.end, "unexpected text before `{`"));
    }
    if !reader.failed {
        reader.rest_is_ignored();
    }
    let mut document = reader.document;
    document.items = fold(items);
    document
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Text,
    Number,
    Float,
    Bool,
    Null,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Comma,
    Colon,
    Point,
    Bad,
    /// The end of the text, or a NUL, which the server takes for it.
    End,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    kind: Mark,
    start: usize,
    end: usize,
}

struct Reader<'t, 'p> {
    text: &'t str,
    place: &'p Place,
    at: usize,
    /// The token that was scanned last.
    token: Token,
    depth: usize,
    /// An error was reported, which ends reading.
    failed: bool,
    document: Document<'t>,
}

/// Why a member or value cannot be read.
enum Stop {
    /// The end of the text, which is no fault.
    End,
    /// Anything else; no fault either if the present token is `}`.
    Fault(Complaint),
}

impl<'t> Reader<'t, '_> {
    /// Members from the brace (the present token) to its end (then the present token).
    fn object(&mut self) -> Result<ValueKind<'t>, Stop> {
        self.descend()?;
        let level = self.depth;
        let mut members = Vec::new();
        loop {
            let before = self.at;
            match self.member() {
                Ok(member) => members.push(member),
                Err(Stop::End) => break,
                Err(Stop::Fault(_)) if self.token.kind == Mark::CloseBrace && !self.failed => {
                    let start = before + blanks(self.text.get(before..).unwrap_or(""));
                    if start < self.token.start {
                        let end =
                            self.text.get(..self.token.start).map_or(start, |text| text.trim_end().len());
                        self.document.ignored.push(self.place.span(start..end.max(start)));
                    }
                    break;
                }
                Err(Stop::Fault(complaint)) => {
                    self.fault(complaint);
                    break;
                }
            }
            if self.failed {
                break;
            }
            self.scan();
            match self.token.kind {
                Mark::Comma => {}
                Mark::CloseBrace | Mark::End => break,
                _ => {
                    self.document.ignored.push(self.place.span(self.token.start..self.token.end));
                    break;
                }
            }
        }
        self.depth = level - 1;
        Ok(ValueKind::Object(members))
    }

    fn member(&mut self) -> Result<Item<'t>, Stop> {
        let mut keys = Vec::new();
        loop {
            self.scan();
            let Token { kind, start, end } = self.token;
            match kind {
                Mark::Text => {
                    let raw = self.text.get(start..end).unwrap_or("");
                    let decoded = text::unquote_json(raw);
                    keys.push(Key {
                        readable: decoded.is_some(),
                        text: decoded.unwrap_or_else(|| raw.trim_matches('"').into()),
                        span: self.place.span(start..end),
                        at: offset(start),
                        end: offset(end),
                        quoted: true,
                    });
                }
                Mark::Colon if !keys.is_empty() => break,
                Mark::End => return Err(Stop::End),
                _ => return Err(Stop::Fault(self.unexpected("a key in double quotes"))),
            }
        }
        let assign =
            Assign { span: self.place.span(self.token.start..self.token.end), at: offset(self.token.start) };
        let value = self.value()?;
        let start = keys.first().map_or(value.at, |key| key.at) as usize;
        let span = self.place.span(start..self.token.end.max(start));
        self.document.nodes.push(start..self.token.end.max(start));
        Ok(Item { keys, assign: Some(assign), value, span })
    }

    fn value(&mut self) -> Result<Value<'t>, Stop> {
        self.scan();
        let Token { kind, start, end } = self.token;
        let word = self.text.get(start..end).unwrap_or("");
        let kind = match kind {
            Mark::Text => text::unquote_json(word).map_or(ValueKind::Undecodable, ValueKind::Text),
            Mark::Number => ValueKind::Number(word.into()),
            Mark::Float => ValueKind::Float(word.into()),
            Mark::Bool => ValueKind::Bool(word == "true"),
            Mark::Null => ValueKind::Null,
            Mark::OpenBrace => self.object()?,
            Mark::OpenBracket => self.list()?,
            Mark::End => return Err(Stop::End),
            _ => return Err(Stop::Fault(self.unexpected("a value"))),
        };
        Ok(Value { span: self.place.span(start..self.token.end.max(end)), at: offset(start), kind })
    }

    /// Elements from the bracket (the present token) to its end (then the present token). Commas mean nothing,
    /// truth values are dropped, and so is the bracket that opens a list in a list.
    fn list(&mut self) -> Result<ValueKind<'t>, Stop> {
        self.descend()?;
        let mut elements = Vec::new();
        loop {
            self.scan();
            let Token { kind, start, end } = self.token;
            let word = self.text.get(start..end).unwrap_or("");
            let kind = match kind {
                Mark::Text => text::unquote_json(word).map_or(ValueKind::Undecodable, ValueKind::Text),
                Mark::Number => ValueKind::Number(word.into()),
                Mark::Float => ValueKind::Float(word.into()),
                Mark::OpenBrace => self.object()?,
                Mark::Comma => continue,
                Mark::Bool | Mark::OpenBracket => {
                    self.document.ignored.push(self.place.span(start..end));
                    continue;
                }
                Mark::CloseBracket => break,
                _ => return Err(Stop::Fault(self.unexpected("a value or `]`"))),
            };
            let end = self.token.end.max(end);
            self.document.nodes.push(start..end);
            elements.push(Value { span: self.place.span(start..end), at: offset(start), kind });
            if self.failed {
                break;
            }
        }
        self.depth -= 1;
        Ok(ValueKind::List(elements))
    }

    fn descend(&mut self) -> Result<(), Stop> {
        self.depth += 1;
        if self.depth <= limits::DEPTH {
            return Ok(());
        }
        let message = format!("more than {} brackets within each other", limits::DEPTH);
        let range = self.token.start..self.token.end;
        self.fault(Complaint::new(range, message).help("what follows was not read"));
        Err(Stop::End)
    }

    fn unexpected(&self, wanted: &str) -> Complaint {
        let Token { kind, start, end } = self.token;
        let word = self.text.get(start..end).unwrap_or("");
        let kind = if kind == Mark::End { Kind::End } else { Kind::Bad(0) };
        complaint::unexpected(start..end, kind, word, wanted)
    }

    /// Reports an error. The first one counts; what the reader says after it is about the wreckage.
    fn fault(&mut self, complaint: Complaint) {
        if !std::mem::replace(&mut self.failed, true) {
            self.document.errors.push(complaint.into_error(self.place));
        }
    }

    /// The text after the outermost object.
    fn rest_is_ignored(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        if !rest.trim().is_empty() {
            let start = self.at + blanks(rest);
            let end = self.at + rest.trim_end().len();
            self.document.ignored.push(self.place.span(start..end.max(start)));
        }
    }

    fn scan(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        let start = self.at;
        let byte = bytes.get(start).copied();
        let next_is_digit = bytes.get(start + 1).is_some_and(u8::is_ascii_digit);
        self.at += usize::from(byte.is_some());
        let kind = match byte {
            None | Some(0) => Mark::End,
            Some(b'{') => Mark::OpenBrace,
            Some(b'}') => Mark::CloseBrace,
            Some(b'[') => Mark::OpenBracket,
            Some(b']') => Mark::CloseBracket,
            Some(b',') => Mark::Comma,
            Some(b':') => Mark::Colon,
            Some(b'"') => self.quoted(start),
            Some(b'0'..=b'9') => self.number(start, start),
            Some(b'-') if next_is_digit => self.number(start, start + 1),
            Some(b'.') if next_is_digit => {
                let mut cursor = Cursor::new(self.text, start + 1);
                cursor.fraction();
                self.at = cursor.at;
                Mark::Float
            }
            Some(b'.') => Mark::Point,
            Some(_) => self.word(start),
        };
        self.token = Token { kind, start, end: self.at };
    }

    fn number(&mut self, start: usize, digits: usize) -> Mark {
        let mut cursor = Cursor::new(self.text, digits);
        let scanned = cursor.json_number();
        self.at = cursor.at;
        match scanned {
            Scanned::Whole => Mark::Number,
            Scanned::Float => Mark::Float,
            Scanned::Bad(why) => {
                self.fault(Complaint::new(start..self.at, why));
                Mark::Number
            }
        }
    }

    fn word(&mut self, start: usize) -> Mark {
        let rest = self.text.get(start..).unwrap_or("");
        let inside = |next: char| next.is_alphanumeric() || matches!(next, '_' | '-');
        let length = rest.find(|next| !inside(next)).unwrap_or(rest.len());
        let first = rest.chars().next().unwrap_or(' ');
        if length == 0 || first == '-' {
            self.at = start + first.len_utf8();
            self.fault(complaint::character(start..self.at, first));
            return Mark::Bad;
        }
        self.at = start + length;
        match rest.get(..length) {
            Some("true" | "false") => Mark::Bool,
            Some("null") => Mark::Null,
            word => {
                let word = word.unwrap_or("");
                let complaint = Complaint::new(start..self.at, format!("`{word}` is no value"));
                self.fault(complaint.help(format!("put it in double quotes: \"{word}\"")));
                Mark::Bad
            }
        }
    }

    fn quoted(&mut self, start: usize) -> Mark {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                None | Some(0 | b'\n') => {
                    self.fault(complaint::open_text(start..self.at, None));
                    return Mark::Bad;
                }
                Some(b'"') => {
                    self.at += 1;
                    return Mark::Text;
                }
                Some(b'\\') => match escape(bytes, self.at) {
                    Ok(after) => self.at = after,
                    Err(range) => {
                        let next = self.text.get(range.end..).and_then(|rest| rest.chars().next());
                        let width = next.filter(|_| range.len() == 1).map_or(0, char::len_utf8);
                        let range = range.start..range.end + width;
                        self.at = range.end;
                        let complaint = complaint::escape(self.text, range);
                        self.fault(if next == Some('/') {
                            complaint.help("write `/` without `\\`")
                        } else {
                            complaint
                        });
                    }
                },
                Some(_) => self.at += 1,
            }
        }
    }
}

/// Length of the white space at the start.
fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r', ',']).len()
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Folds members whose value is a non-empty object of nothing but objects into that object's members, keys joined;
/// and members whose value is a non-empty list of nothing but objects into one member for each.
fn fold(items: Vec<Item<'_>>) -> Vec<Item<'_>> {
    let mut folded = Vec::with_capacity(items.len());
    for item in items {
        fold_item(item, &mut folded);
    }
    for item in &mut folded {
        fold_inside(&mut item.value);
    }
    folded
}

fn fold_item<'t>(item: Item<'t>, folded: &mut Vec<Item<'t>>) {
    let is_object = |value: &Value| matches!(value.kind, ValueKind::Object(_));
    match item.value.kind {
        ValueKind::Object(members)
            if !members.is_empty() && members.iter().all(|member| is_object(&member.value)) =>
        {
            for member in members {
                let keys = item.keys.iter().cloned().chain(member.keys).collect();
                fold_item(Item { keys, assign: item.assign, value: member.value, span: member.span }, folded);
            }
        }
        ValueKind::List(elements) if !elements.is_empty() && elements.iter().all(is_object) => {
            for value in elements {
                let span: Span = value.span;
                fold_item(Item { keys: item.keys.clone(), assign: item.assign, value, span }, folded);
            }
        }
        kind => folded.push(Item { value: Value { kind, ..item.value }, ..item }),
    }
}

fn fold_inside(value: &mut Value) {
    match &mut value.kind {
        ValueKind::Object(members) => *members = fold(std::mem::take(members)),
        ValueKind::List(elements) => elements.iter_mut().for_each(fold_inside),
        _ => {}
    }
}
