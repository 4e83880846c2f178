//! Numbers, scanned with all oddities of the server's scanner.

use std::ops::Range;

/// What was scanned; the cursor stands after it.
pub(super) enum Scanned {
    /// A whole number.
    Whole,
    /// A number with fraction or exponent.
    Float,
    /// No number that the server takes; says why.
    Bad(&'static str),
}

/// A position in a text that can step back once, as the server's scanner can.
pub(super) struct Cursor<'t> {
    text: &'t str,
    /// Byte offset of the next character.
    pub(super) at: usize,
    previous: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str, at: usize) -> Cursor<'t> {
        Cursor { text, at, previous: at }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn next(&mut self) -> Option<char> {
        self.previous = self.at;
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn unread(&mut self) {
        self.at = self.previous;
    }

    /// Goes over digits from `seen` on (which may be read already or only peeked at); gives the first character
    /// that is none, read only if it was `seen` itself.
    fn digits(&mut self, mut seen: Option<char>) -> Option<char> {
        let mut any = false;
        while is_digit(seen) {
            seen = self.next();
            any = true;
        }
        if any && seen.is_some() {
            self.unread();
        }
        seen
    }

    /// Goes over an exponent whose `e` is `seen`. A character that stands where its digits should is swallowed.
    fn exponent(&mut self, seen: Option<char>) -> Option<char> {
        if !matches!(seen, Some('e' | 'E')) {
            return seen;
        }
        let mut seen = self.next();
        if matches!(seen, Some('-' | '+')) {
            seen = self.next();
        }
        self.digits(seen)
    }

    fn after_point(&mut self) {
        let seen = self.digits(self.peek());
        if matches!(seen, Some('e' | 'E')) {
            let seen = self.next();
            self.exponent(seen);
        }
    }

    /// An HCL number whose first digit is next.
    pub(super) fn hcl_number(&mut self) -> Scanned {
        let first = self.next();
        if first != Some('0') {
            return self.decimal(first);
        }
        let mut seen = self.next();
        if matches!(seen, Some('x' | 'X')) {
            let mut found = false;
            seen = self.next();
            while seen.is_some_and(|seen| seen.is_ascii_hexdigit()) {
                seen = self.next();
                found = true;
            }
            if seen.is_some() {
                self.unread();
            }
            return if found { Scanned::Whole } else { Scanned::Bad("a hexadecimal number without digits") };
        }
        // `09` passes here and fails when it is decoded; `009` does not pass.
        let mut not_octal = false;
        while is_digit(seen) {
            seen = self.next();
            not_octal |= matches!(seen, Some('8' | '9'));
        }
        match seen {
            Some('e' | 'E') => {
                self.exponent(seen);
                return Scanned::Float;
            }
            Some('.') => {
                self.after_point();
                return Scanned::Float;
            }
            Some(_) => self.unread(),
            None => {}
        }
        if not_octal {
            Scanned::Bad("a number that starts with `0` is octal and cannot hold `8` or `9`")
        } else {
            Scanned::Whole
        }
    }

    /// A JSON number whose first digit is next.
    pub(super) fn json_number(&mut self) -> Scanned {
        let first = self.next();
        let after_first = self.at;
        let scanned = self.decimal(first);
        if first == Some('0') && matches!(scanned, Scanned::Whole) && self.at != after_first {
            return Scanned::Bad("a number in JSON cannot start with `0`");
        }
        scanned
    }

    fn decimal(&mut self, first: Option<char>) -> Scanned {
        self.digits(first);
        let seen = self.next();
        match seen {
            Some('e' | 'E') => {
                self.exponent(seen);
                Scanned::Float
            }
            Some('.') => {
                self.after_point();
                Scanned::Float
            }
            Some(_) => {
                self.unread();
                Scanned::Whole
            }
            None => Scanned::Whole,
        }
    }

    /// A number that starts with the point just read: `.5`. An exponent loses its digits to the next token.
    pub(super) fn fraction(&mut self) -> Scanned {
        let seen = self.digits(self.peek());
        self.exponent(seen);
        Scanned::Float
    }
}

fn is_digit(seen: Option<char>) -> bool {
    seen.is_some_and(|seen| seen.is_ascii_digit())
}

/// Goes over an escape whose `\` is at `at`: the offset after it, or the range of an illegal one.
pub(super) fn escape(bytes: &[u8], at: usize) -> Result<usize, Range<usize>> {
    let Some(letter) = bytes.get(at + 1) else { return Err(at..at + 1) };
    let (first, count, octal) = match letter {
        b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' | b'"' => return Ok(at + 2),
        b'0'..=b'7' => (at + 1, 3, true),
        b'x' => (at + 2, 2, false),
        b'u' => (at + 2, 4, false),
        b'U' => (at + 2, 8, false),
        _ => return Err(at..at + 1),
    };
    let digits = bytes.get(first..first + count).unwrap_or(&[]);
    let is_right = |digit: &u8| if octal { (b'0'..=b'7').contains(digit) } else { digit.is_ascii_hexdigit() };
    if digits.len() == count && digits.iter().all(is_right) { Ok(first + count) } else { Err(at..at + 2) }
}
