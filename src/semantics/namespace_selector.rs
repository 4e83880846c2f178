//! Label selectors that roles hold as text: JSON or YAML of a Kubernetes LabelSelector.
//!
//! The decoder takes keys whatever their case and drops those that it does not know, so that a misspelt condition is no
//! condition. Source: `namespace_validator.go` of the Kubernetes auth plugin, `path_creds.go` of the secrets plugin.

use crate::syntax::tree::{Entry, NodeKind};
use crate::syntax::{SourceId, yaml};

/// What a selector asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Pairs of `matchLabels`.
    pub labels: Vec<(String, String)>,
    /// Entries of `matchExpressions`.
    pub expressions: usize,
    /// True if `matchExpressions` is written at all, which the auth method refuses even if it is empty.
    pub has_expressions: bool,
    /// Keys that the decoder drops.
    pub dropped: Vec<String>,
}

impl Conditions {
    /// True without any condition: every namespace is selected.
    pub fn are_none(&self) -> bool {
        self.labels.is_empty() && self.expressions == 0
    }
}

/// Reads the text of a selector; nothing if servers cannot read it either.
pub fn read(text: &str) -> Option<Conditions> {
    let stream = yaml::parse(text, SourceId(u32::MAX));
    if !stream.errors.is_empty() {
        return None;
    }
    let mut conditions = Conditions::default();
    let Some(root) = stream.documents.into_iter().next().map(|document| document.root) else {
        return Some(conditions);
    };
    if root.is_null() {
        return Some(conditions);
    }
    if !root.is_map() {
        return None;
    }
    for Entry { key, value } in root.entries() {
        let is = |name: &str| key.value.eq_ignore_ascii_case(name);
        match &value.kind {
            NodeKind::Null if is("matchLabels") || is("matchExpressions") => {}
            NodeKind::Map(pairs) if is("matchLabels") => {
                conditions.labels.extend(pairs.iter().map(|pair| {
                    (pair.key.value.clone(), pair.value.as_text().unwrap_or_default().to_owned())
                }));
            }
            NodeKind::List(items) if is("matchExpressions") => {
                conditions.has_expressions = true;
                conditions.expressions += items.len();
            }
            _ if is("matchLabels") || is("matchExpressions") => return None,
            _ => conditions.dropped.push(key.value.clone()),
        }
    }
    Some(conditions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors() {
        let read = |text: &str| read(text);
        assert!(read("{}").is_some_and(|it| it.are_none() && it.dropped.is_empty()));
        assert!(read("").is_some_and(|it| it.are_none()));
        assert!(
            read(r#"{"matchLables": {"team": "a"}}"#)
                .is_some_and(|it| it.are_none() && it.dropped == ["matchLables"])
        );
        assert!(
            read("matchLabels: {team: a}")
                .is_some_and(|it| it.labels == [("team".to_owned(), "a".to_owned())])
        );
        assert!(read(r#"{"matchExpressions": []}"#).is_some_and(|it| it.are_none() && it.has_expressions));
        assert!(
            read(r#"{"matchExpressions": [{"key": "a", "operator": "Exists"}]}"#)
                .is_some_and(|it| it.expressions == 1)
        );
        for refused in
            ["nonsense", "[]", r#"{"matchLabels":"#, r#"{"matchLabels": [1]}"#, r#"{"matchExpressions": {}}"#]
        {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
