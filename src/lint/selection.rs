//! Which rules take part: lists of names, categories and `all`.

use super::rule::{Category, Rule};
use crate::syntax::near::nearest;

/// One entry of such a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selector {
    /// Every rule.
    All,
    /// The rules of a category.
    Category(Category),
    /// One rule.
    Rule(&'static str),
}

impl Selector {
    /// The rules whose findings say that an input was not understood. Lists leave them on unless they name one, and
    /// `syntax-error` even then: a text that cannot be read is no matter of opinion.
    pub const READING: [&'static str; 2] = [Self::FIXED, "malformed-input"];

    /// The rule that is always on.
    pub const FIXED: &'static str = "syntax-error";

    /// Reads an entry. Errors: what is wrong and the remedy.
    pub fn named(word: &str, rules: &[&'static Rule]) -> Result<Selector, (String, String)> {
        if word == "all" {
            return Ok(Selector::All);
        }
        if let Some(category) = Category::ALL.into_iter().find(|category| category.word() == word) {
            return Ok(Selector::Category(category));
        }
        if let Some(rule) = rules.iter().find(|rule| rule.name == word) {
            return Ok(Selector::Rule(rule.name));
        }
        let groups = Category::ALL.map(Category::word);
        let known = rules.iter().map(|rule| rule.name).chain(groups).chain(["all"]);
        let help = match nearest(word, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                format!("write `all`, a category ({}), or a name from `rolewright rules`", groups.join(", "))
            }
        };
        Err((format!("no rule and no category has the name `{word}`"), help))
    }

    /// As [`Selector::named`], for a list that turns rules off.
    pub fn to_ignore(word: &str, rules: &[&'static Rule]) -> Result<Selector, (String, String)> {
        if word == Self::FIXED {
            let help = "exclude files that are no input of yours".to_owned();
            return Err((format!("`{word}` cannot be turned off"), help));
        }
        Self::named(word, rules)
    }

    /// How exactly this speaks of the rule; nothing if it does not.
    fn rank(self, rule: &Rule) -> Option<u8> {
        let reading = Self::READING.contains(&rule.name);
        match self {
            Selector::All => (!reading).then_some(0),
            Selector::Category(category) => (!reading && category == rule.category).then_some(1),
            Selector::Rule(name) => (name == rule.name && name != Self::FIXED).then_some(2),
        }
    }
}

/// The lists of one place: the configuration, or the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these rules take part.
    pub select: Option<Vec<Selector>>,
    /// These take part as well.
    pub extend: Vec<Selector>,
    /// These do not.
    pub ignore: Vec<Selector>,
}

impl Selection {
    /// Whether the lists turn the rule on or off; nothing if they do not speak of it. A name counts more than a
    /// category and a category more than `all`; of equals, `ignore` counts.
    pub fn verdict(&self, rule: &Rule) -> Option<bool> {
        let rank = |list: &[Selector]| list.iter().filter_map(|entry| entry.rank(rule)).max();
        let select = self.select.as_deref();
        let on = rank(select.unwrap_or_default()).max(rank(&self.extend));
        match (on, rank(&self.ignore)) {
            (None, None) => (select.is_some() && !Selector::READING.contains(&rule.name)).then_some(false),
            (on, off) => Some(on > off),
        }
    }
}
