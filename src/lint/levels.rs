//! How loud each rule is in this run.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Severity;
use super::rule::{Level, Rule};

/// Levels by rule name; a rule that is not named has the level of its category.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    set: BTreeMap<&'static str, Level>,
    strict: BTreeSet<&'static str>,
}

impl Levels {
    /// Sets the level of one rule.
    pub fn set(&mut self, rule: &'static Rule, level: Level) {
        self.set.insert(rule.name, level);
    }

    /// The level of a rule.
    pub fn of(&self, rule: &Rule) -> Level {
        self.set.get(rule.name).copied().unwrap_or(rule.category.default_level())
    }

    /// Says that comments do not suppress the rule.
    pub fn forbid_allowing(&mut self, rule: &'static Rule) {
        self.strict.insert(rule.name);
    }

    /// True if comments suppress the rule, as they do unless somebody said otherwise.
    pub fn can_be_allowed(&self, rule: &Rule) -> bool {
        !self.strict.contains(rule.name)
    }

    /// True unless the rule is off.
    pub fn is_on(&self, rule: &Rule) -> bool {
        self.of(rule) != Level::Off
    }

    /// The rules of a table that are on.
    pub fn active(&self, rules: &[&'static Rule]) -> Vec<&'static Rule> {
        rules.iter().copied().filter(|rule| self.is_on(rule)).collect()
    }

    /// The severity that a level set by hand gives to every finding of the rule; `None` if nobody set one.
    pub fn set_severity(&self, rule: &Rule) -> Option<Severity> {
        self.set.get(rule.name).and_then(|level| level.severity())
    }
}
