//! Text to tokens.

use std::ops::Range;

use super::complaint::{self, Complaint};
use super::number::{Cursor, Scanned, escape};

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Text,
    Heredoc,
    Number,
    Float,
    Bool,
    Assign,
    Comma,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    Point,
    Plus,
    Minus,
    /// A text in single quotes, on one line.
    SingleQuoted,
    Colon,
    Semicolon,
    OpenParenthesis,
    /// Something that the server's scanner refuses; the complaint with this number says why.
    Bad(u32),
    /// A quoted text with a fault inside that leaves its extent clear.
    FaultyText(u32),
    End,
}

/// A token and its byte range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
    /// The first token on its line.
    pub(super) leads: bool,
}

impl Token {
    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// All tokens of a text, the last one [`Kind::End`].
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Range<usize>>,
    pub(super) complaints: Vec<Complaint>,
    /// A comment or heredoc that is never closed took the rest of the text.
    pub(super) cut: bool,
}

/// Cuts `text` into tokens from byte `from` on.
pub(super) fn lex(text: &str, from: usize) -> Lexed {
    let mut lexer = Lexer::new(text, from, text.len() / 6);
    while lexer.step() {}
    lexer.push(Kind::End, text.len());
    lexer.lexed
}

/// The tokens of `text` up to the one with which `is_enough` says so of those so far.
pub(super) fn lex_until(text: &str, is_enough: impl Fn(&[Token]) -> bool) -> Vec<Token> {
    let mut lexer = Lexer::new(text, 0, 16);
    let mut known = 0;
    while lexer.step() {
        let tokens = &lexer.lexed.tokens;
        if tokens.len() > known && is_enough(tokens) {
            break;
        }
        known = tokens.len();
    }
    lexer.lexed.tokens
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    leads: bool,
    /// A `${` was met that is never closed: from then on each text is looked for on its own line only, lest every
    /// such text be searched for its end up to the end of the file.
    open_template: bool,
    lexed: Lexed,
}

impl Lexer<'_> {
    fn new(text: &str, from: usize, tokens: usize) -> Lexer<'_> {
        let lexed = Lexed {
            tokens: Vec::with_capacity(tokens),
            comments: Vec::new(),
            complaints: Vec::new(),
            cut: false,
        };
        Lexer { text, bytes: text.as_bytes(), at: from, leads: true, open_template: false, lexed }
    }

    fn step(&mut self) -> bool {
        let start = self.at;
        let Some(byte) = self.byte(0) else { return false };
        match byte {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => {
                self.at += 1;
                self.leads = true;
            }
            // Reported once for the whole text.
            0 => self.at += 1,
            b'"' => self.quoted(),
            b'{' => self.single(Kind::OpenBrace),
            b'}' => self.single(Kind::CloseBrace),
            b'[' => self.single(Kind::OpenBracket),
            b']' => self.single(Kind::CloseBracket),
            b'=' => self.single(Kind::Assign),
            b',' => self.single(Kind::Comma),
            b'+' => self.single(Kind::Plus),
            b':' => self.single(Kind::Colon),
            b';' => self.single(Kind::Semicolon),
            b'(' => self.single(Kind::OpenParenthesis),
            b'#' => self.line_comment(),
            b'/' => self.slash(),
            b'<' => self.heredoc(),
            b'\'' => self.single_quoted(),
            b'0'..=b'9' => self.number(0),
            b'-' if self.byte(1).is_some_and(|next| next.is_ascii_digit()) => self.number(1),
            b'-' => self.single(Kind::Minus),
            b'.' => self.point(),
            _ => self.word(),
        }
        debug_assert!(self.at > start);
        true
    }

    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// Makes a token from `start` to the present position.
    fn push(&mut self, kind: Kind, start: usize) {
        let clamp = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let leads = std::mem::take(&mut self.leads);
        self.lexed.tokens.push(Token { kind, start: clamp(start), end: clamp(self.at), leads });
    }

    fn single(&mut self, kind: Kind) {
        self.at += 1;
        self.push(kind, self.at - 1);
    }

    fn complain(&mut self, complaint: Complaint) -> u32 {
        self.lexed.complaints.push(complaint);
        u32::try_from(self.lexed.complaints.len() - 1).unwrap_or(u32::MAX)
    }

    fn bad(&mut self, start: usize, complaint: Complaint) {
        let number = self.complain(complaint);
        self.push(Kind::Bad(number), start);
    }

    /// The end of the present line, its newline and a carriage return before it left out.
    fn line_end(&self) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let end = self.at + length;
        if length > 0 && self.bytes.get(end - 1) == Some(&b'\r') { end - 1 } else { end }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        self.at = self.line_end();
        self.lexed.comments.push(start..self.at);
    }

    fn slash(&mut self) {
        let start = self.at;
        match self.byte(1) {
            Some(b'/') => self.line_comment(),
            Some(b'*') => {
                let body = self.text.get(start + 2..).unwrap_or("");
                if let Some(length) = body.find("*/") {
                    self.at = start + 2 + length + 2;
                    self.lexed.comments.push(start..self.at);
                    self.leads |= body.get(..length).is_some_and(|body| body.contains('\n'));
                } else {
                    self.at = self.text.len();
                    self.lexed.cut = true;
                    self.bad(start, complaint::open_comment(start));
                }
            }
            _ => {
                self.at += 1;
                self.bad(start, complaint::lone_slash(start));
            }
        }
    }

    fn quoted(&mut self) {
        let start = self.at;
        let mut braces = 0usize;
        let mut template = None;
        let mut fault: Option<Range<usize>> = None;
        self.at += 1;
        loop {
            match self.byte(0) {
                Some(b'\n') if braces == 0 || self.open_template => break,
                None => break,
                Some(b'"') if braces == 0 => {
                    self.at += 1;
                    return match fault {
                        None => self.push(Kind::Text, start),
                        Some(range) => {
                            let number = self.complain(complaint::escape(self.text, range));
                            self.push(Kind::FaultyText(number), start);
                        }
                    };
                }
                Some(b'$') if braces == 0 && self.byte(1) == Some(b'{') => {
                    braces = 1;
                    template = Some(self.at);
                    self.at += 2;
                }
                Some(b'{') if braces > 0 => {
                    braces += 1;
                    self.at += 1;
                }
                Some(b'}') if braces > 0 => {
                    braces -= 1;
                    self.at += 1;
                }
                Some(b'\\') => match escape(self.bytes, self.at) {
                    Ok(after) => self.at = after,
                    Err(range) => {
                        self.at = range.end;
                        // The character after an illegal `\` belongs to the escape, but never ends the text here.
                        let next = self.text.get(self.at..).and_then(|rest| rest.chars().next());
                        let width = next.filter(|next| range.len() == 1 && *next != '\n' && *next != '"');
                        let end = range.end + width.map_or(0, char::len_utf8);
                        self.at = end;
                        fault.get_or_insert(range.start..end);
                    }
                },
                Some(_) => self.at += 1,
            }
        }
        // Never closed: reading goes on after the line on which it was opened.
        self.at = start;
        self.at = self.line_end();
        self.open_template |= braces > 0;
        let open = template.filter(|_| braces > 0).map(|at| at..at + 2);
        self.bad(start, complaint::open_text(start..self.at, open));
    }

    fn single_quoted(&mut self) {
        let start = self.at;
        let end = self.line_end();
        let inside = self.text.get(start + 1..end).unwrap_or("");
        match inside.find('\'') {
            Some(length) => {
                self.at = start + 1 + length + 1;
                self.push(Kind::SingleQuoted, start);
            }
            None => {
                self.at += 1;
                self.bad(start, complaint::character(start..self.at, '\''));
            }
        }
    }

    fn number(&mut self, sign: usize) {
        let start = self.at;
        let mut cursor = Cursor::new(self.text, start + sign);
        let scanned = cursor.hcl_number();
        self.finish_number(start, cursor.at, scanned);
    }

    fn point(&mut self) {
        if !self.byte(1).is_some_and(|next| next.is_ascii_digit()) {
            return self.single(Kind::Point);
        }
        let mut cursor = Cursor::new(self.text, self.at + 1);
        let scanned = cursor.fraction();
        self.finish_number(self.at, cursor.at, scanned);
    }

    fn finish_number(&mut self, start: usize, end: usize, scanned: Scanned) {
        self.at = end;
        match scanned {
            Scanned::Whole => self.push(Kind::Number, start),
            Scanned::Float => self.push(Kind::Float, start),
            Scanned::Bad(why) => self.bad(start, Complaint::new(start..end, why)),
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or("");
        let Some(first) = rest.chars().next() else { return };
        if !is_letter(first) {
            self.at += first.len_utf8();
            // Reported once for the whole text.
            if first != RESERVED {
                self.bad(start, complaint::character(start..self.at, first));
            }
            return;
        }
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let mut length = rest.bytes().take_while(plain).count();
        if rest.as_bytes().get(length).is_some_and(|byte| !byte.is_ascii()) {
            let ends = |next| !is_letter(next) && !is_digit(next) && next != '-' && next != '.';
            length = rest.find(ends).unwrap_or(rest.len());
        }
        self.at = start + length;
        let is_bool = matches!(rest.get(..self.at - start), Some("true" | "false"));
        self.push(if is_bool { Kind::Bool } else { Kind::Word }, start);
    }

    fn heredoc(&mut self) {
        let start = self.at;
        if self.byte(1) != Some(b'<') {
            self.at += 1;
            return self.bad(start, complaint::character(start..self.at, '<'));
        }
        self.at += 2;
        let line_end = self.line_end();
        let line = start + 2..line_end;
        let anchor = self.text.get(line.clone()).unwrap_or("");
        let name = anchor.strip_prefix('-').unwrap_or(anchor);
        let wrong = name.find(|next| !is_letter(next) && !is_digit(next) && next != '\r');
        let after = self.bytes.get(line_end..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
        self.at = line_end;
        let fault = match (after, wrong) {
            (_, Some(_)) => Some("nothing but letters and digits may follow `<<` on its line"),
            (None, None) => Some("this heredoc is never closed"),
            (Some(_), None) if name.is_empty() => Some("a heredoc needs a word after `<<` that ends it"),
            _ => None,
        };
        if let Some(fault) = fault {
            return self.bad(start, Complaint::new(start..line_end, fault));
        }
        let mut line_start = line_end + after.unwrap_or(0) + 1;
        while let Some(length) =
            self.bytes.get(line_start..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'))
        {
            let raw = self.text.get(line_start..line_start + length).unwrap_or("");
            let raw = raw.strip_suffix('\r').unwrap_or(raw);
            line_start += length + 1;
            if ends_heredoc(raw, anchor.len(), name) {
                self.at = line_start;
                self.push(Kind::Heredoc, start);
                self.leads = true;
                return;
            }
        }
        self.at = self.text.len();
        self.lexed.cut = true;
        self.bad(start, complaint::open_heredoc(start..line_end, name, anchor.len() > name.len()));
    }
}

/// True if `line` closes a heredoc. The server first compares lengths and counts the `-` of `<<-` there, so that an
/// unindented terminator does not close an indented heredoc.
fn ends_heredoc(line: &str, anchor_length: usize, name: &str) -> bool {
    line.len() >= anchor_length
        && line.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']).trim_end_matches('\r') == name
}

/// A code point that the server's printer keeps for itself.
pub(super) const RESERVED: char = '\u{e123}';

fn is_letter(next: char) -> bool {
    next.is_ascii_alphabetic()
        || next == '_'
        || (!next.is_ascii() && next.is_alphabetic() && !next.is_numeric())
}

fn is_digit(next: char) -> bool {
    // `²`, `½`, `Ⅷ` are numeric for Rust and no digits for the server.
    next.is_ascii_digit()
        || (!next.is_ascii() && next.is_numeric() && next.is_alphanumeric() && !is_other_number(next))
}

/// The blocks of Latin and general punctuation hold no decimal digits, only superscripts, fractions and numerals.
fn is_other_number(next: char) -> bool {
    next < '\u{660}' || ('\u{2000}'..'\u{a620}').contains(&next)
}
