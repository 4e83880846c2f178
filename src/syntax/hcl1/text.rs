//! Quoted texts and heredocs to what they mean.

use std::borrow::Cow;

/// Decodes a quoted text of HCL, `raw` with its quotes. `None` where the server's decoder fails on what its
/// scanner let pass.
pub(super) fn unquote_hcl(raw: &str) -> Option<Cow<'_, str>> {
    unquote(raw, false)
}

/// The same for JSON, where `${` has no meaning and surrogate halves are refused.
pub(super) fn unquote_json(raw: &str) -> Option<Cow<'_, str>> {
    unquote(raw, true)
}

fn unquote(raw: &str, json: bool) -> Option<Cow<'_, str>> {
    let inner = raw.get(1..raw.len().checked_sub(1)?)?;
    if !inner.bytes().any(|byte| matches!(byte, b'\\' | b'$' | b'\r')) {
        return Some(Cow::Borrowed(inner));
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(next) = rest.chars().next() {
        if !json && rest.starts_with("${") {
            rest = copy_template(rest, &mut bytes)?;
        } else if next == '\\' {
            rest = decode_escape(rest.get(1..)?, json, &mut bytes)?;
        } else if !json && rest.starts_with("\r\n") {
            bytes.push(b'\n');
            rest = rest.get(2..)?;
        } else {
            rest = copy(next, rest, &mut bytes)?;
        }
    }
    let text = String::from_utf8(bytes);
    Some(text.unwrap_or_else(|raw| String::from_utf8_lossy(raw.as_bytes()).into_owned()).into())
}

fn copy<'r>(next: char, rest: &'r str, bytes: &mut Vec<u8>) -> Option<&'r str> {
    bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
    rest.get(next.len_utf8()..)
}

/// Copies `${…}` as it stands, escapes included.
fn copy_template<'r>(mut rest: &'r str, bytes: &mut Vec<u8>) -> Option<&'r str> {
    let mut braces = 0usize;
    loop {
        let next = rest.chars().next()?;
        match next {
            // The decoder takes the replacement character for a failure to decode.
            '\u{fffd}' => return None,
            '\r' if rest.starts_with("\r\n") => {
                rest = rest.get(1..)?;
                continue;
            }
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            _ => {}
        }
        rest = copy(next, rest, bytes)?;
        if next == '}' && braces == 0 {
            return Some(rest);
        }
    }
}

/// Decodes an escape; `rest` starts after its `\`.
fn decode_escape<'r>(rest: &'r str, json: bool, bytes: &mut Vec<u8>) -> Option<&'r str> {
    let letter = rest.chars().next()?;
    let simple = match letter {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '"' => b'"',
        '0'..='7' => {
            bytes.push(u8::from_str_radix(rest.get(..3)?, 8).ok()?);
            return rest.get(3..);
        }
        'x' => {
            bytes.push(u8::from_str_radix(rest.get(1..3)?, 16).ok()?);
            return rest.get(3..);
        }
        'u' | 'U' => {
            let end = if letter == 'u' { 5 } else { 9 };
            push_code_point(u32::from_str_radix(rest.get(1..end)?, 16).ok()?, json, bytes)?;
            return rest.get(end..);
        }
        _ => return None,
    };
    bytes.push(simple);
    rest.get(1..)
}

fn push_code_point(code: u32, json: bool, bytes: &mut Vec<u8>) -> Option<()> {
    if let Some(character) = char::from_u32(code) {
        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    } else if json || (0x11_0000..0x8000_0000).contains(&code) {
        return None;
    } else if code >= 0x8000_0000 {
        // A negative number to the server, of which it keeps the last byte.
        bytes.push(code.to_le_bytes().first().copied()?);
    } else {
        bytes.extend_from_slice("\u{fffd}".as_bytes());
    }
    Some(())
}

/// Decodes a heredoc token, from `<<` to the newline that ends its last line.
///
/// The server cuts the body by lengths, so blanks before a plain terminator stay in it; `<<-` takes the
/// terminator's indentation off if every line has it, and nothing otherwise.
pub(super) fn heredoc(raw: &str) -> Option<String> {
    let unix;
    let raw = if raw.contains('\r') {
        unix = raw.replace("\r\n", "\n");
        unix.as_str()
    } else {
        raw
    };
    let first = raw.find('\n')?;
    let body = |tail: usize| raw.get(first + 1..raw.len().checked_sub(tail)?);
    if !raw.starts_with("<<-") {
        return body(first.checked_sub(1)?).map(str::to_owned);
    }
    let lines: Vec<&str> = body(first.checked_sub(2)?)?.split('\n').collect();
    let (indent, lines) = lines.split_last()?;
    if lines.iter().any(|line| !line.starts_with(indent)) {
        return Some(body(first.checked_sub(1)?)?.trim_end_matches([' ', '\t']).to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    for line in lines {
        text.push_str(line.strip_prefix(indent).unwrap_or(line));
        text.push('\n');
    }
    Some(text)
}
