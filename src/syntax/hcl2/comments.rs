//! Comments of an HCL 2 text: the parser keeps them without their places.

use std::ops::Range;

/// Comments of a text: from the marker to the end of the line or `*/`. Quoted text and heredocs hold none.
pub(super) fn of(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let line = rest.find('\n').unwrap_or(rest.len());
        if rest.starts_with('#') || rest.starts_with("//") {
            let end = rest.get(..line).map_or(line, |line| line.trim_end_matches('\r').len());
            found.push(at..at + end);
            at += line;
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |end| end + 2);
            found.push(at..at + end);
            at += end;
        } else if rest.starts_with('"') {
            at += quoted(rest);
        } else if rest.starts_with("<<") {
            at += heredoc_length(rest, line);
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// Length of the quoted text that `rest` starts with, interpolations and their own quotes included.
fn quoted(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            '$' | '%' if chars.peek().is_some_and(|(_, next)| *next == '{') => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '"' if depth == 0 => return at + 1,
            '\n' if depth == 0 => return at,
            _ => {}
        }
    }
    rest.len()
}

/// Length of the heredoc that `rest` starts with, its first line being `line` bytes long; 2 if it is none.
fn heredoc_length(rest: &str, line: usize) -> usize {
    let first = rest.get(2..line).unwrap_or_default();
    let word = first.strip_prefix('-').unwrap_or(first).trim_end();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    if word.is_empty() || !word.chars().all(is_word) {
        return 2;
    }
    let mut length = 0;
    for (number, line) in rest.split_inclusive('\n').enumerate() {
        length += line.len();
        if number > 0 && line.trim() == word {
            break;
        }
    }
    length
}
