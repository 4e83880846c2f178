//! A template in Go's language to tokens.

use std::fmt;

use super::number;

/// A part of an action. Text between actions and comments are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// `{{`.
    Open,
    /// `}}`.
    Close,
    /// The end of the whole text, outside of actions.
    End,
    Space,
    Left,
    Right,
    Pipe,
    Assign,
    Declare,
    /// `.`.
    Dot,
    /// `.name`.
    Field(&'t str),
    /// `$` or `$name`.
    Variable(&'t str),
    /// A word of the language.
    Word(&'t str),
    /// A function.
    Name(&'t str),
    /// A number, a character, `true`, `false`, `nil`.
    Value,
    /// A quoted text.
    Text,
    Sign(char),
    /// What Go cannot read, in its words.
    Bad(String),
}

const WORDS: [&str; 10] =
    ["block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"];

impl Token<'_> {
    pub(super) fn begins_operand(&self) -> bool {
        use Token::{Dot, Field, Left, Name, Text, Value, Variable};
        matches!(self, Dot | Field(_) | Left | Name(_) | Text | Value | Variable(_))
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Open => f.write_str("\"{{\""),
            Token::Close => f.write_str("\"}}\""),
            Token::End => f.write_str("EOF"),
            Token::Space => f.write_str("\" \""),
            Token::Left => f.write_str("\"(\""),
            Token::Right => f.write_str("\")\""),
            Token::Pipe => f.write_str("\"|\""),
            Token::Assign => f.write_str("\"=\""),
            Token::Declare => f.write_str("\":=\""),
            Token::Dot => f.write_str("<.>"),
            Token::Word(word) => write!(f, "<{word}>"),
            Token::Field(text) | Token::Variable(text) | Token::Name(text) => write!(f, "{text:?}"),
            Token::Value => f.write_str("a value"),
            Token::Text => f.write_str("a text"),
            Token::Sign(sign) => write!(f, "{:?}", sign.to_string()),
            Token::Bad(why) => f.write_str(why),
        }
    }
}

/// Reads token by token; what follows the first bad one is not looked at.
pub(super) struct Lexer<'t> {
    rest: &'t str,
    tokens: Vec<Token<'t>>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { rest: text, tokens: Vec::new() }
    }

    pub(super) fn tokens(mut self) -> Vec<Token<'t>> {
        while let Some((_, after)) = self.rest.split_once("{{") {
            let trimmed = after.strip_prefix('-').filter(|rest| rest.starts_with(is_space));
            self.rest = trimmed.map_or(after, skip_one);
            let read = match self.rest.strip_prefix("/*") {
                Some(comment) => self.comment(comment),
                None => {
                    self.tokens.push(Token::Open);
                    self.action()
                }
            };
            if let Err(why) = read {
                self.tokens.push(Token::Bad(why));
                return self.tokens;
            }
        }
        self.tokens.push(Token::End);
        self.tokens
    }

    fn comment(&mut self, comment: &'t str) -> Result<(), String> {
        let (_, after) = comment.split_once("*/").ok_or("unclosed comment")?;
        self.rest = after_close(after).ok_or("comment ends before closing delimiter")?;
        Ok(())
    }

    fn action(&mut self) -> Result<(), String> {
        let mut depth = 0usize;
        loop {
            if let Some(after) = after_close(self.rest) {
                if depth > 0 {
                    return Err("unclosed left paren".to_owned());
                }
                self.tokens.push(Token::Close);
                self.rest = after;
                return Ok(());
            }
            let sign = self.rest.chars().next().ok_or("unclosed action")?;
            let (token, after) = match sign {
                _ if is_space(sign) => (Token::Space, skip_one(self.rest)),
                '=' => (Token::Assign, skip_one(self.rest)),
                ':' => (Token::Declare, self.rest.strip_prefix(":=").ok_or("expected :=")?),
                '|' => (Token::Pipe, skip_one(self.rest)),
                '(' => {
                    depth += 1;
                    (Token::Left, skip_one(self.rest))
                }
                ')' => {
                    depth = depth.checked_sub(1).ok_or("unexpected right paren")?;
                    (Token::Right, skip_one(self.rest))
                }
                '"' | '\'' | '`' => quoted(self.rest, sign)?,
                _ if number::starts(self.rest) => {
                    (Token::Value, number::after(self.rest).ok_or("bad number syntax")?)
                }
                '.' | '$' => {
                    let (text, after) = word(self.rest, 1)?;
                    let token = match text {
                        "." => Token::Dot,
                        _ if sign == '.' => Token::Field(text),
                        _ => Token::Variable(text),
                    };
                    (token, after)
                }
                _ if is_alphanumeric(sign) => {
                    let (text, after) = word(self.rest, 0)?;
                    let token = match text {
                        "true" | "false" | "nil" => Token::Value,
                        _ if WORDS.contains(&text) => Token::Word(text),
                        _ => Token::Name(text),
                    };
                    (token, after)
                }
                ' '..='~' => (Token::Sign(sign), skip_one(self.rest)),
                _ => return Err(format!("unrecognized character in action: U+{:04X}", u32::from(sign))),
            };
            self.tokens.push(token);
            self.rest = after;
        }
    }
}

/// What follows `}}`, or ` -}}`.
fn after_close(text: &str) -> Option<&str> {
    let trimming = text.strip_prefix(is_space).and_then(|rest| rest.strip_prefix("-}}"));
    trimming.or_else(|| text.strip_prefix("}}"))
}

fn skip_one(text: &str) -> &str {
    let mut signs = text.chars();
    signs.next();
    signs.as_str()
}

/// Letters, digits and `_` from `start` on; something has to stand behind them that ends a word.
fn word(text: &str, start: usize) -> Result<(&str, &str), String> {
    let rest = text.get(start..).unwrap_or_default();
    let after = rest.trim_start_matches(is_alphanumeric);
    match after.chars().next() {
        Some(sign) if !(is_space(sign) || ".,|:()".contains(sign) || after.starts_with("}}")) => {
            Err(format!("bad character U+{:04X}", u32::from(sign)))
        }
        _ => Ok((text.get(..text.len() - after.len()).unwrap_or_default(), after)),
    }
}

/// The quoted text at the start.
fn quoted(text: &str, quote: char) -> Result<(Token<'_>, &str), String> {
    let unterminated = || match quote {
        '\'' => "unterminated character constant".to_owned(),
        '`' => "unterminated raw quoted string".to_owned(),
        _ => "unterminated quoted string".to_owned(),
    };
    let mut signs = text.char_indices().skip(1);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\n' if quote != '`' => return Err(unterminated()),
            '\\' if quote != '`' => match signs.next() {
                Some((_, '\n')) | None => return Err(unterminated()),
                Some(_) => {}
            },
            _ if sign == quote => {
                let inside = text.get(1..at).unwrap_or_default();
                let after = text.get(at + 1..).unwrap_or_default();
                return match quote {
                    '`' => Ok((Token::Text, after)),
                    _ => match (characters(inside, quote), quote) {
                        (Some(1), '\'') => Ok((Token::Value, after)),
                        (_, '\'') => Err(format!("malformed character constant: '{inside}'")),
                        (Some(_), _) => Ok((Token::Text, after)),
                        (None, _) => Err("invalid syntax".to_owned()),
                    },
                };
            }
            _ => {}
        }
    }
    Err(unterminated())
}

/// How many characters a quoted text stands for; nothing if one of its escapes is none.
fn characters(text: &str, quote: char) -> Option<usize> {
    let mut rest = text;
    let mut count = 0;
    while let Some(sign) = rest.chars().next() {
        rest = skip_one(rest);
        count += 1;
        if sign != '\\' {
            continue;
        }
        let kind = rest.chars().next()?;
        let (digits, radix) = match kind {
            'a' | 'b' | 'f' | 'n' | 'r' | 't' | 'v' | '\\' => (0, 0),
            _ if kind == quote => (0, 0),
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (3, 8),
            _ => return None,
        };
        let from = usize::from(radix != 8);
        if digits > 0 {
            let number = rest.get(from..from + digits)?;
            let whole = number.chars().all(|digit| digit.is_digit(radix));
            let value = u32::from_str_radix(number, radix).ok().filter(|_| whole)?;
            let fits = match kind {
                'u' | 'U' => char::from_u32(value).is_some(),
                _ => value <= 0xFF,
            };
            if !fits {
                return None;
            }
        }
        rest = rest.get((from + digits)..).filter(|_| digits > 0).unwrap_or_else(|| skip_one(rest));
    }
    Some(count)
}

pub(super) fn is_alphanumeric(sign: char) -> bool {
    sign == '_' || sign.is_alphanumeric()
}

fn is_space(sign: char) -> bool {
    matches!(sign, ' ' | '\t' | '\r' | '\n')
}
