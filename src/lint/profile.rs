//! Levels by what a run is for.

use super::rule::{Category, Level, Rule};

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Each rule has the level of its category.
    #[default]
    Default,
    /// Nothing passes in silence: pedantic rules report notes, an allowance without a reason is an error, and notes
    /// make the run fail.
    Strict,
    /// Nothing is waved through: whatever is wrong or lets somebody in is an error, pedantic rules report notes, style
    /// is off. The configuration can make rules louder but not quieter, and neither comments nor a configured baseline
    /// hide anything.
    Audit,
}

impl Profile {
    /// The words for it, with their meaning.
    pub const WORDS: [(&'static str, Profile); 3] =
        [("default", Profile::Default), ("strict", Profile::Strict), ("audit", Profile::Audit)];

    /// Reads one of the words.
    pub fn from_word(word: &str) -> Option<Profile> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning)
    }

    /// The word.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, meaning)| *meaning == self).map_or("", |(name, _)| name)
    }

    /// The level of a rule of which nothing else is said.
    pub fn level(self, rule: &Rule) -> Level {
        match (self, rule.category) {
            (Profile::Strict, _) if rule.name == REASONLESS => Level::Error,
            (Profile::Strict | Profile::Audit, Category::Pedantic) => Level::Note,
            (Profile::Audit, Category::Correctness | Category::Security) => Level::Error,
            (Profile::Audit, Category::Style) => Level::Off,
            (_, category) => category.default_level(),
        }
    }

    /// The level that the configuration cannot go below.
    pub fn floor(self, rule: &Rule) -> Level {
        if self == Profile::Audit { self.level(rule) } else { Level::Off }
    }

    /// True if every finding of the rule has the severity of its level, however little it weighs where it was found.
    pub fn levels_out(self, rule: &Rule) -> bool {
        self == Profile::Audit && matches!(rule.category, Category::Correctness | Category::Security)
    }

    /// True if comments and the configured baseline hide nothing.
    pub fn sees_all(self) -> bool {
        self == Profile::Audit
    }
}

/// The rule about allowances that give no reason.
const REASONLESS: &str = "reasonless-allow";
