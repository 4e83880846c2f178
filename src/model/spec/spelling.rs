//! Keys as they were written.

use std::borrow::Cow;

use crate::syntax::Source;
use crate::syntax::tree::{Entry, Node, NodeKind};

/// The document with `on` as a key of expectations.
///
/// Kubernetes reads YAML 1.1, where a plain `on` is the truth value, and so does the reader of this tool; a spec says
/// `on: PATH` and means the word.
pub fn restored<'a>(document: &'a Node, source: &Source) -> Cow<'a, Node> {
    let is_on = |entry: &Entry| entry.key.value == "true" && source.slice(entry.key.span) == "on";
    let expectations = document.get("expect").map_or(&[][..], Node::items);
    if !expectations.iter().any(|item| item.entries().iter().any(is_on)) {
        return Cow::Borrowed(document);
    }
    let mut document = document.clone();
    for entry in entries(&mut document).iter_mut().filter(|entry| entry.key.value == "expect") {
        let NodeKind::List(items) = &mut entry.value.kind else { continue };
        for entry in items.iter_mut().flat_map(entries).filter(|entry| is_on(entry)) {
            entry.key.value = "on".to_owned();
        }
    }
    Cow::Owned(document)
}

fn entries(node: &mut Node) -> &mut [Entry] {
    match &mut node.kind {
        NodeKind::Map(entries) => entries,
        _ => &mut [],
    }
}
