//! Label selectors that roles hold as text: JSON or YAML of a Kubernetes LabelSelector.
//!
//! The decoder takes keys whatever their case and drops those that it does not know, so that a misspelt condition is no
//! condition. Source: `namespace_validator.go` of the Kubernetes auth plugin, `path_creds.go` of the secrets plugin.

use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{SourceId, yaml};

/// What a selector asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Pairs of `matchLabels`.
    pub labels: Vec<(String, String)>,
    /// Entries of `matchExpressions`.
    pub expressions: Vec<Expression>,
    /// True if `matchExpressions` is written at all, which the auth method refuses even if it is empty.
    pub has_expressions: bool,
    /// Keys that the decoder drops.
    pub dropped: Vec<String>,
}

/// An entry of `matchExpressions`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    /// The key of the label.
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`, as written.
    pub operator: String,
    /// The values of `In` and `NotIn`.
    pub values: Vec<String>,
}

impl Conditions {
    /// True without any condition: every namespace is selected.
    pub fn are_none(&self) -> bool {
        self.labels.is_empty() && self.expressions.is_empty()
    }

    /// True if a namespace with these labels, which are all that it has, is certainly not selected.
    pub fn refuse(&self, labels: &[(String, String)]) -> bool {
        self.labels.iter().any(|pair| !labels.contains(pair))
            || self.expressions.iter().any(|it| it.refuses(labels))
    }
}

impl Expression {
    fn refuses(&self, labels: &[(String, String)]) -> bool {
        let value = labels.iter().find(|(key, _)| *key == self.key).map(|(_, value)| value);
        let is_among = value.is_some_and(|value| self.values.contains(value));
        match self.operator.as_str() {
            "In" => !is_among,
            "NotIn" => is_among,
            "Exists" => value.is_none(),
            "DoesNotExist" => value.is_some(),
            // Servers refuse it.
            _ => false,
        }
    }

    fn read(node: &Node) -> Expression {
        let of = |name: &str| {
            let entry = node.entries().iter().find(|entry| entry.key.value.eq_ignore_ascii_case(name));
            entry.map(|entry| &entry.value)
        };
        let text = |node: &Node| node.as_text().unwrap_or_default().to_owned();
        Expression {
            key: of("key").map(text).unwrap_or_default(),
            operator: of("operator").map(text).unwrap_or_default(),
            values: of("values").map_or(&[][..], Node::items).iter().map(text).collect(),
        }
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
                conditions.expressions.extend(items.iter().map(Expression::read));
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
                .is_some_and(|it| it.expressions.len() == 1)
        );
        for refused in
            ["nonsense", "[]", r#"{"matchLabels":"#, r#"{"matchLabels": [1]}"#, r#"{"matchExpressions": {}}"#]
        {
            assert_eq!(read(refused), None, "{refused}");
        }
    }

    #[test]
    fn labels_that_are_refused() {
        let labels = [("team".to_owned(), "pay".to_owned()), ("a".to_owned(), String::new())];
        for (selector, refuses) in [
            ("{}", false),
            ("matchLabels: {team: pay}", false),
            ("matchLabels: {team: pay, a: ''}", false),
            ("matchLabels: {team: other}", true),
            ("matchLabels: {tier: pay}", true),
            ("matchExpressions: [{key: team, operator: In, values: [x, pay]}]", false),
            ("matchExpressions: [{key: team, operator: In, values: [x]}]", true),
            ("matchExpressions: [{key: tier, operator: In, values: [x]}]", true),
            ("matchExpressions: [{key: team, operator: NotIn, values: [x]}]", false),
            ("matchExpressions: [{key: tier, operator: NotIn, values: [pay]}]", false),
            ("matchExpressions: [{key: team, operator: NotIn, values: [pay]}]", true),
            ("matchExpressions: [{key: a, operator: Exists}]", false),
            ("matchExpressions: [{key: tier, operator: Exists}]", true),
            ("matchExpressions: [{key: tier, operator: DoesNotExist}]", false),
            ("matchExpressions: [{Key: a, Operator: DoesNotExist}]", true),
            ("matchExpressions: [{key: a, operator: Odd}]", false),
            ("{matchLabels: {team: pay}, matchExpressions: [{key: a, operator: DoesNotExist}]}", true),
        ] {
            let conditions = read(selector).unwrap_or_default();
            assert_eq!(conditions.refuse(&labels), refuses, "{selector}");
        }
    }
}
