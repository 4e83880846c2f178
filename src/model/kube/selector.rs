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
