//! Label selectors.

use super::ObjectMeta;
use crate::syntax::{Span, Spanned};

/// A LabelSelector: all of its requirements must hold; one without any selects everything.
#[derive(Debug, Clone)]
pub struct LabelSelector {
    /// The whole value.
    pub span: Span,
    /// `matchLabels`.
    pub match_labels: Vec<(Spanned<String>, Spanned<String>)>,
    /// `matchExpressions`.
    pub match_expressions: Vec<Requirement>,
}

/// One entry of `matchExpressions`.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The whole entry.
    pub span: Span,
    /// `key`.
    pub key: Spanned<String>,
    /// `operator` as written: `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: Spanned<String>,
    /// `values`.
    pub values: Vec<Spanned<String>>,
}

impl LabelSelector {
    /// True if it selects an object with these labels. An operator that is none selects nothing.
    pub fn selects(&self, meta: &ObjectMeta) -> bool {
        let has = |key: &str, value: &str| meta.label(key) == Some(value);
        self.match_labels.iter().all(|(key, value)| has(key.as_str(), value.as_str()))
            && self.match_expressions.iter().all(|requirement| requirement.holds(meta))
    }

    /// True if there are labels that it selects: no two of its requirements shut each other out.
    pub fn is_satisfiable(&self) -> bool {
        let of_labels = self.match_labels.iter().map(|(key, _)| key.as_str());
        let mut keys = of_labels.chain(self.match_expressions.iter().map(|it| it.key.as_str()));
        keys.all(|key| self.admits_absence(key) || self.admits_a_value(key))
    }

    fn about<'s>(&'s self, key: &'s str) -> impl Iterator<Item = &'s Requirement> {
        self.match_expressions.iter().filter(move |requirement| requirement.key.value == key)
    }

    fn admits_absence(&self, key: &str) -> bool {
        let wants_none = |it: &Requirement| matches!(it.operator.as_str(), "NotIn" | "DoesNotExist");
        !self.match_labels.iter().any(|(label, _)| label.value == key) && self.about(key).all(wants_none)
    }

    fn admits_a_value(&self, key: &str) -> bool {
        let of_labels = self.match_labels.iter().filter(|(label, _)| label.value == key);
        let of_labels: Vec<&str> = of_labels.map(|(_, value)| value.as_str()).collect();
        let listed = |it: &Requirement, value: &str| it.values.iter().any(|other| other.value == value);
        let is_taken = |value: &str| {
            of_labels.iter().all(|wanted| *wanted == value)
                && self.about(key).all(|it| match it.operator.as_str() {
                    "In" => listed(it, value),
                    "NotIn" => !listed(it, value),
                    "Exists" => true,
                    _ => false,
                })
        };
        let named = self.about(key).filter(|it| it.operator.value == "In").flat_map(|it| &it.values);
        let mut named = of_labels.iter().copied().chain(named.map(Spanned::as_str)).peekable();
        if named.peek().is_some() {
            return named.any(is_taken);
        }
        // Of all values some is listed nowhere.
        self.about(key).all(|it| matches!(it.operator.as_str(), "NotIn" | "Exists"))
    }
}

impl Requirement {
    fn holds(&self, meta: &ObjectMeta) -> bool {
        let label = meta.label(self.key.as_str());
        let listed = || label.is_some_and(|label| self.values.iter().any(|value| value.value == label));
        match self.operator.as_str() {
            "In" => listed(),
            "NotIn" => !listed(),
            "Exists" => label.is_some(),
            "DoesNotExist" => label.is_none(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::SourceId;

    fn spanned(text: &str) -> Spanned<String> {
        Spanned::new(text.to_owned(), Span::new(SourceId(0), 0..0))
    }

    /// `key=value` for labels, else `key Operator values…`.
    fn selector(requirements: &[&str]) -> LabelSelector {
        let span = Span::new(SourceId(0), 0..0);
        let mut selector = LabelSelector { span, match_labels: Vec::new(), match_expressions: Vec::new() };
        for text in requirements {
            if let Some((key, value)) = text.split_once('=') {
                selector.match_labels.push((spanned(key), spanned(value)));
                continue;
            }
            let mut words = text.split(' ').map(spanned);
            let (key, operator) = (words.next().expect("a key"), words.next().expect("an operator"));
            selector.match_expressions.push(Requirement { span, key, operator, values: words.collect() });
        }
        selector
    }

    #[test]
    fn what_can_be_selected() {
        let table: [(&[&str], bool); 16] = [
            (&[], true),
            (&["a=b"], true),
            (&["a=b", "c=d"], true),
            (&["a=b", "a Exists"], true),
            (&["a=b", "a DoesNotExist"], false),
            (&["a=b", "a In b c"], true),
            (&["a=b", "a In c"], false),
            (&["a=b", "a NotIn b"], false),
            (&["a=b", "c NotIn b"], true),
            (&["a In b c", "a In c d"], true),
            (&["a In b", "a In c"], false),
            (&["a In b c", "a NotIn b c"], false),
            (&["a Exists", "a NotIn b"], true),
            (&["a Exists", "a DoesNotExist"], false),
            (&["a DoesNotExist", "a NotIn b"], true),
            (&["a Equals b"], false),
        ];
        for (requirements, wanted) in table {
            assert_eq!(selector(requirements).is_satisfiable(), wanted, "{requirements:?}");
        }
    }
}
