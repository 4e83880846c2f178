//! What to cut so that an entry of a map or an item of a list is gone, and everything around it stays.
//!
//! Comments stay: of a line that holds one, only what stands before it goes.

use crate::syntax::{Source, Span};

/// What to cut to take an entry (`key: value`, `key = value`) out of its map; `span` reaches from the key to the end of
/// the value. None where it cannot be told, such as for the first entry of a map that is itself an item of a list.
pub fn entry(source: &Source, span: Span) -> Option<Span> {
    cut(source, span)
}

/// What to cut to take an item out of its list; the dash of a block list goes with it.
pub fn item(source: &Source, span: Span) -> Option<Span> {
    let before = source.text.get(..span.range().start)?;
    let dash = before.trim_end_matches([' ', '\t']);
    let is_dashed = dash.ends_with('-') && line_start(dash, dash.len() - 1).1.trim().is_empty();
    let start = if is_dashed { dash.len() - 1 } else { span.range().start };
    cut(source, Span::new(span.source, start..span.range().end))
}

fn cut(source: &Source, span: Span) -> Option<Span> {
    let text = &source.text;
    let (start, end) = (span.range().start, span.range().end);
    let (before, after) = (text.get(..start)?, text.get(end..)?);
    let (line, head) = line_start(text, start);
    let alone_before = head.trim().is_empty();
    let next = after.trim_start_matches([' ', '\t']);
    if let Some(rest) = next.strip_prefix(',') {
        let rest = rest.trim_start_matches([' ', '\t']);
        let to = text.len() - rest.len();
        return Some(match rest.strip_prefix('\n') {
            Some(_) if alone_before => Span::new(span.source, line..to + 1),
            _ => Span::new(span.source, start..to),
        });
    }
    // The last one of a flow collection takes the comma before it along.
    if next.trim_start().starts_with([']', '}'])
        && let Some(comma) = before.trim_end().strip_suffix(',')
    {
        return Some(Span::new(span.source, comma.len()..end));
    }
    if !alone_before {
        return None;
    }
    match next.chars().next() {
        None => Some(Span::new(span.source, line..text.len())),
        Some('\n') => Some(Span::new(span.source, line..text.len() - next.len() + 1)),
        Some('\r') => Some(Span::new(span.source, line..text.len() - next.len() + 2)),
        Some('#' | '/') => Some(Span::new(span.source, start..text.len() - next.len())),
        Some(_) => None,
    }
}

/// Where the line of `at` begins, and what stands on it before `at`.
fn line_start(text: &str, at: usize) -> (usize, &str) {
    let before = text.get(..at).unwrap_or("");
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (start, before.get(start..).unwrap_or(""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SourceId;

    fn without(text: &str, part: &str, cut: fn(&Source, Span) -> Option<Span>) -> Option<String> {
        let at = text.find(part).expect("the part is there");
        let source = Source { id: SourceId(0), name: "x".to_owned(), text: text.to_owned(), bom: false };
        let gone = cut(&source, Span::new(SourceId(0), at..at + part.len()))?;
        Some(format!("{}{}", &text[..gone.range().start], &text[gone.range().end..]))
    }

    #[test]
    fn entries() {
        let table = [
            ("a: 1\nb: 2\nc: 3\n", "b: 2", Some("a: 1\nc: 3\n")),
            ("a: 1\nb: 2 # why\nc: 3\n", "b: 2", Some("a: 1\n# why\nc: 3\n")),
            ("a: 1\nb:\n  - 2\n  - 3\nc: 3\n", "b:\n  - 2\n  - 3", Some("a: 1\nc: 3\n")),
            ("a: 1\nb: 2", "b: 2", Some("a: 1\n")),
            ("{a: 1, b: 2, c: 3}", "b: 2", Some("{a: 1, c: 3}")),
            ("{a: 1, b: 2}", "b: 2", Some("{a: 1}")),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", "\"b\": 2", Some("{\n  \"a\": 1\n}")),
            ("{\n  \"a\": 1,\n  \"b\": 2\n}", "\"a\": 1", Some("{\n  \"b\": 2\n}")),
            ("- b: 2\n  c: 3\n", "b: 2", None),
        ];
        for (text, part, expected) in table {
            assert_eq!(without(text, part, entry).as_deref(), expected, "{part} of {text}");
        }
    }

    #[test]
    fn items() {
        let table = [
            ("x: [a, b, c]", "b", Some("x: [a, c]")),
            ("x: [a, b]", "b", Some("x: [a]")),
            ("x: [a, b]", "a", Some("x: [b]")),
            ("x:\n  - a\n  - b # why\n", "a", Some("x:\n  - b # why\n")),
            ("x:\n  - a\n  - b # why\n", "b", Some("x:\n  - a\n  # why\n")),
        ];
        for (text, part, expected) in table {
            assert_eq!(without(text, part, item).as_deref(), expected, "{part} of {text}");
        }
    }
}
