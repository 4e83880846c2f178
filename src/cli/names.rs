//! Paths as text: one text for each path, whatever its bytes, and nothing in it that a terminal obeys.

use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use crate::report::clean;

/// The path as text, `/` between parts.
///
/// Bytes that are no UTF-8 are written `\xff`, and so is the backslash of a name that holds such a text itself: two
/// paths never have one text, and [`path_of`] leads back.
pub fn text_of(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        let valid = chunk.valid();
        for (at, c) in valid.char_indices() {
            match c {
                '\\' if MAIN_SEPARATOR == '\\' => text.push('/'),
                '\\' if escaped_byte(valid.get(at..).unwrap_or("")).is_some() => text.push_str("\\x5c"),
                c => text.push(c),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text
}

/// The path that [`text_of`] made this text of.
#[cfg(unix)]
pub fn path_of(text: &str) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let (piece, after) = match escaped_byte(rest) {
            Some(byte) => (vec![byte], rest.get(4..)),
            None => (c.to_string().into_bytes(), rest.get(c.len_utf8()..)),
        };
        bytes.extend(piece);
        rest = after.unwrap_or("");
    }
    std::ffi::OsString::from_vec(bytes).into()
}

/// The path that [`text_of`] made this text of.
#[cfg(not(unix))]
pub fn path_of(text: &str) -> PathBuf {
    PathBuf::from(text)
}

/// The path as messages show it.
pub fn shown(path: &Path) -> String {
    clean::line(&text_of(path)).into_owned()
}

/// The byte that `\xff` at the start of the text stands for.
fn escaped_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    let is_own = digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if is_own { u8::from_str_radix(digits, 16).ok() } else { None }
}

#[cfg(all(test, unix))]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn every_path_has_a_text_of_its_own() {
        for (bytes, text) in [
            (&b"a/web.hcl"[..], "a/web.hcl"),
            (b"a\xff.hcl", "a\\xff.hcl"),
            (b"a\xfe.hcl", "a\\xfe.hcl"),
            (b"a\\xff.hcl", "a\\x5cxff.hcl"),
            (b"a\\x5cxff.hcl", "a\\x5cx5cxff.hcl"),
            (b"a\\\xff", "a\\\\xff"),
            (b"a\\x\xff", "a\\x\\xff"),
            (b"a\\xFF\\x1", "a\\xFF\\x1"),
            ("ä\u{fffd}".as_bytes(), "ä\u{fffd}"),
        ] {
            let path = Path::new(OsStr::from_bytes(bytes));
            assert_eq!(text_of(path), text);
            assert_eq!(path_of(text), path);
        }
        assert_eq!(shown(Path::new(OsStr::from_bytes(b"\x1b[31m\xff"))), "\\u{1b}[31m\\xff");
    }
}
