//! Escapes and tags that a text may hide the words behind by which it would be known for what it is.

/// True if the text has an escape that may stand for a letter: `\x61`, `\u0061`, `\U00000061`, `\141`, or a line end that
/// stands for nothing.
pub fn may_hide_words(text: &str) -> bool {
    let stands_for_any =
        |rest: &str| rest.starts_with(['x', 'u', 'U', '\r', '\n']) || rest.starts_with(OCTAL);
    text.split('\\').skip(1).any(stands_for_any)
}

/// True if the YAML text has a tag that may make words of base64: `!!binary`, however it is spelled.
pub fn may_encode_words(text: &str) -> bool {
    text.contains("!!") || text.contains("!<") || text.contains("%TAG")
}

const OCTAL: [char; 8] = ['0', '1', '2', '3', '4', '5', '6', '7'];
