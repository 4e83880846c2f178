//! Where the lines of a block scalar lie in the source.

use std::ops::Range;

/// The source range of a block scalar, and how offsets of its decoded text map to the source.
pub(super) struct Layout {
    /// From the `|` or `>` to the end of the last line that is not blank.
    pub range: Range<usize>,
    /// `(decoded offset, source offset)`, one for each line, ascending.
    pub pieces: Vec<(u32, u32)>,
}

/// Finds the header before `content` and pairs the lines of `decoded` with source lines. For literal scalars the
/// pairing is exact; of a folded scalar each source line is found where its words stand in the decoded text.
pub(super) fn layout(text: &str, decoded: &str, content: Range<usize>, folded: bool) -> Layout {
    let header = header_before(text, content.start);
    let start = header.unwrap_or(content.start);
    let body_start = header.map_or(content.start, |header| line_end(text, header).1);
    let body = text.get(body_start..content.end.max(body_start)).unwrap_or("");
    let end = body_start + body.trim_end().len();
    let end = if body.trim_end().is_empty() {
        start + text.get(start..).map_or(0, |rest| rest.bytes().take_while(|byte| is_header(*byte)).count())
    } else {
        end
    };
    let indentation = indentation_at(text, content.start);
    let pieces = if folded {
        folded_pieces(text, decoded, body_start..content.end, indentation)
    } else {
        literal_pieces(text, decoded, body_start..content.end)
    };
    let mut pieces = pieces;
    if pieces.first().is_none_or(|(inner, _)| *inner != 0) {
        pieces.insert(0, (0, offset(body_start.min(end))));
    }
    Layout { range: start..end, pieces }
}

fn literal_pieces(text: &str, decoded: &str, body: Range<usize>) -> Vec<(u32, u32)> {
    let mut pieces = Vec::new();
    let mut inner = 0;
    let mut at = body.start;
    for line in decoded.split_inclusive('\n') {
        let words = line.trim_end_matches('\n');
        let (end, next) = line_end(text, at);
        let source = text.get(at..end).unwrap_or("");
        let skipped = if source.ends_with(words) { source.len() - words.len() } else { 0 };
        pieces.push((offset(inner), offset(at + skipped)));
        inner += line.len();
        at = next;
    }
    pieces
}

fn folded_pieces(text: &str, decoded: &str, body: Range<usize>, indentation: usize) -> Vec<(u32, u32)> {
    let mut pieces = Vec::new();
    let mut cursor = 0;
    let mut at = body.start;
    while at < body.end {
        let (end, next) = line_end(text, at);
        let line = text.get(at..end.min(body.end)).unwrap_or("");
        let blanks = line.len() - line.trim_start_matches(' ').len();
        let skipped = blanks.min(indentation);
        let words = line.get(skipped..).unwrap_or("");
        if !words.trim().is_empty()
            && let Some(found) = find_after_breaks(decoded, cursor, words)
        {
            pieces.push((offset(found), offset(at + skipped)));
            cursor = found + words.trim_end().len();
        }
        if next <= at {
            break;
        }
        at = next;
    }
    pieces
}

/// Where `words` stand in `decoded`, at `cursor` or after blanks and breaks only.
fn find_after_breaks(decoded: &str, cursor: usize, words: &str) -> Option<usize> {
    let words = words.trim_end();
    let rest = decoded.get(cursor..)?;
    let breaks = rest.bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n')).count();
    (0..=breaks)
        .find(|skip| rest.get(*skip..).is_some_and(|rest| rest.starts_with(words)))
        .map(|skip| cursor + skip)
}

/// The `|` or `>` that opens the scalar whose content begins at `content`.
fn header_before(text: &str, content: usize) -> Option<usize> {
    let line_start =
        |at: usize| text.get(..at).map_or(0, |before| before.rfind(['\n', '\r']).map_or(0, |at| at + 1));
    let start = line_start(content);
    if !text.get(start..content)?.trim().is_empty() {
        // Nothing but the header was written.
        return text.get(content..)?.starts_with(['|', '>']).then_some(content);
    }
    let before = text.get(..start)?.trim_end();
    let start = line_start(before.len());
    let line = before.get(start..)?;
    let opens = |at: usize| {
        let tail = line.get(at + 1..).unwrap_or("");
        let tail = tail.trim_start_matches(|c: char| is_header(c as u8) && c.is_ascii());
        let separate = tail.starts_with([' ', '\t']);
        tail.trim().is_empty() || (separate && tail.trim_start().starts_with('#'))
    };
    let separate = |at: usize| at == 0 || line.get(..at).is_some_and(|before| before.ends_with([' ', '\t']));
    line.match_indices(['|', '>'])
        .map(|(at, _)| at)
        .find(|at| separate(*at) && opens(*at))
        .map(|at| start + at)
}

fn is_header(byte: u8) -> bool {
    matches!(byte, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9')
}

fn indentation_at(text: &str, at: usize) -> usize {
    text.get(..at).map_or(0, |before| at - before.rfind(['\n', '\r']).map_or(0, |at| at + 1))
}

/// End of the line that holds `at`, and the start of the next.
fn line_end(text: &str, at: usize) -> (usize, usize) {
    let rest = text.get(at..).unwrap_or("");
    match rest.find(['\n', '\r']) {
        None => (text.len(), text.len()),
        Some(end) => {
            let width = if rest.get(end..).is_some_and(|rest| rest.starts_with("\r\n")) { 2 } else { 1 };
            (at + end, at + end + width)
        }
    }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
