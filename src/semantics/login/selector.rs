//! Namespace selectors of auth roles: JSON or YAML of a LabelSelector, of which only `matchLabels` is supported.
//!
//! Source: `namespace_validator.go` of the Kubernetes auth plugin.

use super::caller::{NAME_LABEL, NamespaceLabels};
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{SourceId, yaml};

/// Whether a selector selects a namespace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Selected {
    Yes,
    /// The label of this key is not as selected.
    No(String),
    /// The labels of these keys are not known.
    Unknown(Vec<String>),
}

/// The labels that a selector asks for; nothing if the server refuses to store it.
pub(super) fn match_labels(text: &str) -> Option<Vec<(String, String)>> {
    let stream = yaml::parse(text, SourceId(u32::MAX));
    if !stream.errors.is_empty() {
        return None;
    }
    let Some(document) = stream.documents.into_iter().next() else { return Some(Vec::new()) };
    let root = document.root;
    if root.is_null() {
        return Some(Vec::new());
    }
    if !root.is_map() || of_key(&root, "matchExpressions").is_some_and(|node| !node.is_null()) {
        return None;
    }
    match of_key(&root, "matchLabels") {
        None => Some(Vec::new()),
        Some(node) if node.is_null() => Some(Vec::new()),
        Some(node) if !node.is_map() => None,
        Some(node) => {
            // Numbers and truth values are taken for the texts that they are written as in JSON.
            let label = |value: &Node| match &value.kind {
                NodeKind::Null => Some(String::new()),
                NodeKind::Bool(_) | NodeKind::Int(_) | NodeKind::Float(_) => {
                    Some(value.to_json().to_string())
                }
                NodeKind::Text(text) | NodeKind::Block(text, _) => Some(text.clone()),
                NodeKind::List(_) | NodeKind::Map(_) => None,
            };
            node.entries().iter().map(|entry| Some((entry.key.value.clone(), label(&entry.value)?))).collect()
        }
    }
}

pub(super) fn selects(text: &str, namespace: &str, labels: &NamespaceLabels) -> Selected {
    let mut unknown = Vec::new();
    for (key, wanted) in match_labels(text).unwrap_or_default() {
        let held = if key == NAME_LABEL { Ok(Some(namespace)) } else { labels.get(&key) };
        match held {
            Ok(Some(held)) if held == wanted => {}
            Ok(_) => return Selected::No(key),
            Err(()) => unknown.push(key),
        }
    }
    if unknown.is_empty() { Selected::Yes } else { Selected::Unknown(unknown) }
}

/// Go's JSON reader matches keys whatever their case.
fn of_key<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let entries = node.entries();
    entries.iter().rev().find(|entry| entry.key.value.eq_ignore_ascii_case(key)).map(|entry| &entry.value)
}
