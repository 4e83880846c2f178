//! `!!binary`: text in base64, which Kubernetes' readers decode (go-yaml v2 `decode.go`).

use crate::syntax::{Span, SyntaxError};

/// The text that `written`, a scalar under `span`, stands for.
pub(super) fn decode(written: &str, span: Span) -> Result<String, SyntaxError> {
    let Some(bytes) = base64(written) else {
        return Err(SyntaxError::new(span, "the text of this `!!binary` is not base64").with_help(
            "write standard base64 with its `=`; line ends may stand in it, other blanks may not",
        ));
    };
    String::from_utf8(bytes).map_err(|_| {
        SyntaxError::new(span, "the text of this `!!binary` is not UTF-8 once it is decoded").with_help(
            "kubectl would put U+FFFD for the bytes that are no text; data belongs into `binaryData`, which takes base64 as \
             it is",
        )
    })
}

/// As Go's `base64.StdEncoding`: carriage returns and newlines do not count, padding must be there, and what is left
/// over of the last letter may be anything.
fn base64(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let mut bytes = Vec::with_capacity(letters.len() / 4 * 3);
    let mut groups = letters.chunks(4).peekable();
    while let Some(group) = groups.next() {
        let (letters, count) = match group {
            [a, b, b'=', b'='] => ([*a, *b, b'A', b'A'], 1),
            [a, b, c, b'='] => ([*a, *b, *c, b'A'], 2),
            [a, b, c, d] => ([*a, *b, *c, *d], 3),
            _ => return None,
        };
        if count < 3 && groups.peek().is_some() {
            return None;
        }
        let mut bits = 0_u32;
        for letter in letters {
            bits = bits << 6 | value(letter)?;
        }
        let [_, decoded @ ..] = bits.to_be_bytes();
        bytes.extend(decoded.iter().take(count));
    }
    Some(bytes)
}

fn value(letter: u8) -> Option<u32> {
    let value = match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Where the tag of the scalar at `start` begins, if it can be found: in front of it stand its tag, its anchor, blanks
/// and comments.
pub(super) fn tag_before(text: &str, start: usize) -> Option<usize> {
    let mut before = text.get(..start)?;
    loop {
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let written = before.get(line..)?;
        let code = if before.len() == start { written } else { without_comment(written) };
        let word = code.trim_end().rsplit([' ', '\t', '[', '{', ',']).next()?;
        let at = line + code.trim_end().len() - word.len();
        match word.bytes().next() {
            Some(b'!') => return Some(at),
            Some(b'&') => before = text.get(..at)?,
            Some(_) => return None,
            None => before = text.get(..line.checked_sub(1)?)?,
        }
    }
}

fn without_comment(line: &str) -> &str {
    if line.trim_start().starts_with('#') {
        return "";
    }
    line.find(" #").and_then(|at| line.get(..at)).unwrap_or(line)
}
