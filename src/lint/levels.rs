//! How loud each rule is in this run, and in each file.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Severity;
use super::globs::PathGlobs;
use super::profile::Profile;
use super::rule::{Level, Rule};
use super::selection::{Selection, Selector};

/// The level of every rule. Of what was said, the first of these counts:
///
/// 1. the lists of the command line, where they turn a rule off;
/// 2. the last entry for the file that speaks of the rule;
/// 3. the lists of the command line, where they turn a rule on;
/// 4. the level set for the rule by name;
/// 5. the lists of the configuration, unless the command line selects;
/// 6. the profile, which knows a level for the category.
///
/// Under [`Profile::Audit`] all but 1 can only raise the level.
#[derive(Debug, Clone, Default)]
pub struct Levels {
    /// What the run is for.
    pub profile: Profile,
    /// The lists of the configuration.
    pub listed: Selection,
    /// The lists of the command line.
    pub asked: Selection,
    /// What holds for some files; of several that speak of a rule the last counts.
    pub files: Vec<FileLevels>,
    set: BTreeMap<&'static str, Level>,
    unforgiving: BTreeSet<&'static str>,
}

/// Levels for some files.
#[derive(Debug, Clone, Default)]
pub struct FileLevels {
    /// Which files.
    pub paths: PathGlobs,
    /// Level by rule name.
    pub rules: BTreeMap<&'static str, Level>,
    /// Rules that are off there unless `rules` names them.
    pub ignore: Selection,
}

impl FileLevels {
    /// The level of the rule, if this speaks of it.
    fn of(&self, rule: &Rule) -> Option<Level> {
        let ignored = || (self.ignore.verdict(rule) == Some(false)).then_some(Level::Off);
        self.rules.get(rule.name).copied().or_else(ignored)
    }
}

impl Levels {
    /// Sets the level of one rule.
    pub fn set(&mut self, rule: &'static Rule, level: Level) {
        self.set.insert(rule.name, level);
    }

    /// Says that neither comments nor a baseline suppress the rule.
    pub fn forbid_allowing(&mut self, rule: &'static Rule) {
        self.unforgiving.insert(rule.name);
    }

    /// Takes [`Levels::forbid_allowing`] back.
    pub fn let_allow(&mut self, rule: &'static Rule) {
        self.unforgiving.remove(rule.name);
    }

    /// The level of a rule where no entry for files says otherwise.
    pub fn of(&self, rule: &Rule) -> Level {
        self.decide(rule, None).0
    }

    /// The level of a rule in a file.
    pub fn at(&self, rule: &Rule, file: &str) -> Level {
        self.decide(rule, Some(file)).0
    }

    /// The severity that every finding of the rule has in a file; `None` if each has its own.
    pub fn severity_at(&self, rule: &Rule, file: &str) -> Option<Severity> {
        let (level, by_hand) = self.decide(rule, Some(file));
        level.severity().filter(|_| by_hand)
    }

    /// True if comments and baselines suppress the rule, as they do unless somebody said otherwise.
    pub fn can_be_allowed(&self, rule: &Rule) -> bool {
        !self.unforgiving.contains(rule.name)
    }

    /// True unless the rule is off.
    pub fn is_on(&self, rule: &Rule) -> bool {
        self.of(rule) != Level::Off
    }

    /// The rules of a table that are on, if only for some files.
    pub fn active(&self, rules: &[&'static Rule]) -> Vec<&'static Rule> {
        let in_some_file = |rule: &Rule| {
            self.asked.verdict(rule) != Some(false)
                && self.files.iter().any(|entry| entry.of(rule).is_some_and(|level| level != Level::Off))
        };
        rules.iter().copied().filter(|rule| self.is_on(rule) || in_some_file(rule)).collect()
    }

    /// The level, and whether it is that of every finding.
    fn decide(&self, rule: &Rule, file: Option<&str>) -> (Level, bool) {
        let asked = self.asked.verdict(rule);
        if asked == Some(false) {
            return (Level::Off, false);
        }
        let own = self.profile.level(rule);
        let audible = own.max(rule.category.default_level()).max(Level::Note);
        let listed = if self.asked.select.is_some() { None } else { self.listed.verdict(rule) };
        let (mut level, mut by_hand) = match (self.set.get(rule.name), listed) {
            (Some(level), _) => (*level, true),
            (None, Some(false)) => (Level::Off, false),
            (None, Some(true)) => (audible, false),
            (None, None) => (own, false),
        };
        if asked == Some(true) && level == Level::Off {
            (level, by_hand) = (audible, false);
        }
        if let Some(there) = file.and_then(|file| self.in_file(rule, file)) {
            (level, by_hand) = (there, true);
        }
        let floor = self.profile.floor(rule);
        if level < floor {
            (level, by_hand) = (floor, false);
        }
        (level, by_hand || self.profile.levels_out(rule))
    }

    fn in_file(&self, rule: &Rule, file: &str) -> Option<Level> {
        if rule.name == Selector::FIXED {
            return None;
        }
        let entries = self.files.iter().rev().filter_map(|entry| Some((entry, entry.of(rule)?)));
        entries.filter(|(entry, _)| entry.paths.matches(file)).map(|(_, level)| level).next()
    }
}
