//! Strict JSON (RFC 8259) with spans, for manifests and specs. The server's lenient JSON of policies is read by
//! [`super::hcl1`].

use super::tree::{Entry, Node, NodeKind};
use super::{SourceId, Span, Spanned, SyntaxError, limits};
use std::collections::HashMap;

/// What a JSON text holds.
#[derive(Debug)]
pub struct Parsed {
    /// The value; absent if the text is no JSON.
    pub root: Option<Node>,
    /// Why not, and keys that are written twice in one object.
    pub errors: Vec<SyntaxError>,
}

/// Reads one JSON value and nothing else.
pub fn parse(text: &str, source: SourceId) -> Parsed {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, source, errors: Vec::new() };
    let root = reader.document();
    let mut errors = reader.errors;
    let root = match root {
        Ok(node) => Some(node),
        Err(error) => {
            errors.push(error);
            None
        }
    };
    errors.truncate(limits::ERRORS);
    Parsed { root, errors }
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    depth: usize,
    source: SourceId,
    errors: Vec<SyntaxError>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Node, SyntaxError> {
        let node = self.value()?;
        self.blanks();
        match self.peek() {
            None => Ok(node),
            Some(_) => Err(self.error("nothing may follow the JSON value")),
        }
    }

    fn value(&mut self) -> Result<Node, SyntaxError> {
        self.blanks();
        let start = self.at;
        let kind = match self.peek() {
            Some(b'{') => self.nested(Reader::object)?,
            Some(b'[') => self.nested(Reader::array)?,
            Some(b'"') => NodeKind::Text(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b'/') => return Err(self.error("JSON has no comments")),
            Some(_) => self.word()?,
            None => return Err(self.error("a value was expected, but the text ends here")),
        };
        Ok(Node { span: self.span(start), kind })
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<NodeKind, SyntaxError>,
    ) -> Result<NodeKind, SyntaxError> {
        if self.depth >= limits::DEPTH {
            return Err(self.error(format!("nested deeper than {} levels", limits::DEPTH)));
        }
        self.depth += 1;
        self.at += 1;
        let kind = read(self);
        self.depth -= 1;
        kind
    }

    fn object(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        self.blanks();
        if self.eat(b'}') {
            return Ok(NodeKind::Map(entries));
        }
        loop {
            self.blanks();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes was expected"));
            }
            let key = Spanned::new(self.string()?, self.span(start));
            self.blanks();
            if !self.eat(b':') {
                return Err(self.error("`:` was expected after the key"));
            }
            let value = self.value()?;
            match seen.get(&key.value) {
                None => {
                    seen.insert(key.value.clone(), key.span);
                    entries.push(Entry { key, value });
                }
                Some(first) => self.errors.push(
                    SyntaxError::new(
                        key.span,
                        format!("the key `{}` is written twice in this map", key.value),
                    )
                    .with_label(*first, "first written here")
                    .with_help("remove one of the two; which one counts depends on the reader"),
                ),
            }
            self.blanks();
            if self.eat(b'}') {
                return Ok(NodeKind::Map(entries));
            }
            if !self.eat(b',') {
                return Err(self.error("`,` or `}` was expected"));
            }
        }
    }

    fn array(&mut self) -> Result<NodeKind, SyntaxError> {
        let mut items = Vec::new();
        self.blanks();
        if self.eat(b']') {
            return Ok(NodeKind::List(items));
        }
        loop {
            items.push(self.value()?);
            self.blanks();
            if self.eat(b']') {
                return Ok(NodeKind::List(items));
            }
            if !self.eat(b',') {
                return Err(self.error("`,` or `]` was expected"));
            }
        }
    }

    fn string(&mut self) -> Result<String, SyntaxError> {
        let opening = self.at;
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = self.bytes.get(self.at..).unwrap_or(&[]);
            let plain =
                rest.iter().take_while(|byte| **byte >= 0x20 && !matches!(byte, b'"' | b'\\')).count();
            value.push_str(self.text.get(self.at..self.at + plain).unwrap_or(""));
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape()?),
                Some(_) => return Err(self.error("a control character inside a text must be escaped")),
                None => {
                    let span = Span::new(self.source, opening..opening + 1);
                    return Err(SyntaxError::new(span, "this text is never closed"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, SyntaxError> {
        let start = self.at;
        self.at += 2;
        let unknown = |reader: &Self| {
            let end = reader.at.min(reader.bytes.len());
            SyntaxError::new(Span::new(reader.source, start..end), "this is no escape that JSON has")
        };
        Ok(match self.bytes.get(start + 1) {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(*byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let high = self.unit().ok_or_else(|| unknown(self))?;
                let paired = (0xD800..0xDC00).contains(&high) && self.rest().starts_with(b"\\u");
                if !paired {
                    // A lone surrogate stands for the replacement character, as in Go.
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                let before = self.at;
                self.at += 2;
                let low = self.unit().ok_or_else(|| unknown(self))?;
                if !(0xDC00..0xE000).contains(&low) {
                    self.at = before;
                    return Ok(char::REPLACEMENT_CHARACTER);
                }
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.at = start
                    + 1
                    + self
                        .text
                        .get(start + 1..)
                        .and_then(|rest| rest.chars().next())
                        .map_or(0, char::len_utf8);
                return Err(unknown(self));
            }
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.at += 4;
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Result<NodeKind, SyntaxError> {
        let start = self.at;
        let length = self
            .rest()
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'))
            .count();
        self.at += length;
        let written = self.text.get(start..self.at).unwrap_or("");
        if !is_number(written.as_bytes()) {
            let span = self.span(start);
            return Err(SyntaxError::new(span, format!("`{written}` is no number in JSON")));
        }
        if let Ok(number) = written.parse() {
            return Ok(NodeKind::Int(number));
        }
        match written.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(NodeKind::Float(number)),
            _ => Err(SyntaxError::new(self.span(start), format!("`{written}` is too large a number"))),
        }
    }

    fn word(&mut self) -> Result<NodeKind, SyntaxError> {
        let start = self.at;
        let length =
            self.rest().iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        self.at += length;
        match self.text.get(start..self.at) {
            Some("null") => Ok(NodeKind::Null),
            Some("true") => Ok(NodeKind::Bool(true)),
            Some("false") => Ok(NodeKind::Bool(false)),
            _ => {
                self.at = start;
                Err(self.error("a value was expected here"))
            }
        }
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or(&[])
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.source, start..self.at.min(self.bytes.len()))
    }

    /// An error at the next character.
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        let width = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        SyntaxError::new(Span::new(self.source, self.at..self.at + width), message)
    }
}

/// `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?`
fn is_number(bytes: &[u8]) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let bytes = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let whole = digits(bytes);
    if whole == 0 || (whole > 1 && bytes.first() == Some(&b'0')) {
        return false;
    }
    let mut rest = bytes.get(whole..).unwrap_or(&[]);
    if let Some(fraction) = rest.strip_prefix(b".") {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = fraction.get(count..).unwrap_or(&[]);
    }
    if let [b'e' | b'E', exponent @ ..] = rest {
        let exponent = exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
        let count = digits(exponent);
        return count > 0 && count == exponent.len();
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests;
