//! What to cut out of a block YAML text to take a part away: whole lines, and only where nothing else stands on them.

use crate::syntax::Span;

/// The lines of the list item under `item`, a dash before it included; nothing unless it starts its line and ends one.
///
/// A comment behind the item goes with it.
pub fn list_item(text: &str, item: Span) -> Option<Span> {
    lines(text, item, '-', |before| {
        before.trim_end().strip_suffix('-').is_some_and(|it| it.trim().is_empty())
    })
}

/// The line `key: VALUE` of the value under `value`.
pub fn entry(text: &str, key: &str, value: Span) -> Option<Span> {
    lines(text, value, ':', |before| before.trim().strip_suffix(':').is_some_and(|it| it.trim_end() == key))
}

/// `mark` is what stands right before the part if it `leads_in`: whoever asks for each part of a long line is told no
/// without a look at the whole line.
fn lines(text: &str, part: Span, mark: char, leads_in: impl Fn(&str) -> bool) -> Option<Span> {
    let range = part.range();
    let before = text.get(..range.start)?;
    if !before.trim_end().ends_with(mark) {
        return None;
    }
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let behind = text.get(range.end..)?;
    let rest = behind.find('\n').map_or(behind.len(), |at| at + 1);
    let tail = behind.get(..rest)?.trim();
    let alone = leads_in(before.get(start..)?) && (tail.is_empty() || tail.starts_with('#'));
    alone.then(|| Span::new(part.source, start..range.end + rest))
}

#[cfg(test)]
mod tests {
    use super::{entry, list_item};
    use crate::syntax::{SourceId, Span};

    fn cut(text: &str, part: &str, by: impl Fn(&str, Span) -> Option<Span>) -> Option<String> {
        let at = text.find(part)?;
        let span = Span::new(SourceId(0), at..at + part.len());
        let gone = by(text, span)?.range();
        Some(format!("{}{}", &text[..gone.start], &text[gone.end..]))
    }

    #[test]
    fn whole_items_and_entries() {
        let list = "a:\n- b: 1\n  c: 2 # two\n- d\n";
        assert_eq!(cut(list, "b: 1\n  c: 2", list_item).as_deref(), Some("a:\n- d\n"));
        assert_eq!(cut(list, "d", list_item).as_deref(), Some("a:\n- b: 1\n  c: 2 # two\n"));
        assert_eq!(cut("a: [b, c]\n", "b", list_item), None);
        assert_eq!(cut("- - b\n", "b", list_item), None);
        assert_eq!(cut("- b\n- [c", "c", list_item), None);
        let by = |text: &str, span: Span| entry(text, "b", span);
        assert_eq!(cut("a:\n  b: xyz\n  c: 2\n", "xyz", by).as_deref(), Some("a:\n  c: 2\n"));
        assert_eq!(cut("{b: xyz, c: 2}\n", "xyz", by), None);
        assert_eq!(cut("- b: xyz\n  c: 2\n", "xyz", by), None);
    }
}
