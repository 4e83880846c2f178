//! Flags that choose rules and levels, of every command that asks the rules.

use serde_json::{Value, json};

use crate::config::Config;
use crate::config::shown::{Origin, Setting};
use crate::lint::{Profile, ReadSelector, Selector};
use crate::rules::RULES;

/// Which rules take part, and how loud they are.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Choice {
    /// Run only these rules: names, categories, `all`; in place of the lists of the configuration
    ///
    /// Levels that the configuration sets still hold. A name counts more than a category and a category more than
    /// `all`.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = to_select, help_heading = HEADING)]
    pub select: Vec<Selector>,
    /// Run these rules as well
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = to_select, help_heading = HEADING)]
    pub extend_select: Vec<Selector>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = to_ignore, help_heading = HEADING)]
    pub ignore: Vec<Selector>,
    /// What the run is for [default: default]
    ///
    /// `strict`: pedantic rules report notes, an allowance without a reason is an error, notes make the run fail.
    /// `audit`: correctness and security are errors, pedantic rules report notes, style is off; the configuration can
    /// only make rules louder, and neither comments nor its baseline hide anything.
    #[arg(long, value_name = "PROFILE", value_parser = ["default", "strict", "audit"], help_heading = HEADING)]
    pub profile: Option<String>,
    /// From which severity on findings make the run fail [default: warning; note under `strict`]
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "note", "never"], help_heading = HEADING)]
    pub fail_on: Option<String>,
}

const HEADING: &str = "Rules and levels";

impl Choice {
    /// Lays the flags over the configuration.
    pub fn apply(&self, config: &mut Config) {
        let asked = &mut config.levels.asked;
        asked.select = (!self.select.is_empty()).then(|| self.select.clone());
        asked.extend = self.extend_select.clone();
        asked.ignore = self.ignore.clone();
        if !self.select.is_empty() {
            // `--select` takes the place of all lists of the configuration.
            for key in ["select", "extend-select", "ignore"] {
                config.shown.remove(key);
            }
        }
        for (key, flag, list) in [
            ("select", "--select", &self.select),
            ("extend-select", "--extend-select", &self.extend_select),
            ("ignore", "--ignore", &self.ignore),
        ] {
            if list.is_empty() {
                continue;
            }
            let words = list.iter().map(|selector| Value::from(word(*selector)));
            // Of a list that the flag adds to, both are in force.
            let (value, origin) = match config.shown.remove(key) {
                Some(Setting { value: Value::Array(mut listed), origin }) => {
                    let new: Vec<Value> = words.filter(|word| !listed.contains(word)).collect();
                    listed.extend(new);
                    (Value::Array(listed), Origin::Several(vec![origin, Origin::Flag(flag)]))
                }
                _ => (words.collect(), Origin::Flag(flag)),
            };
            config.shown.insert(key.to_owned(), Setting { value, origin });
        }
        let mut note = |key: &str, flag: &'static str, value: Value| {
            config.shown.insert(key.to_owned(), Setting { value, origin: Origin::Flag(flag) });
        };
        if let Some(profile) = self.profile.as_deref().and_then(Profile::from_word) {
            config.levels.profile = profile;
            note("profile", "--profile", json!(profile.word()));
        }
        if let Some(fail_on) = self.fail_on.as_deref().and_then(crate::config::FailOn::from_word) {
            config.fail_on = Some(fail_on);
            note("fail-on", "--fail-on", json!(fail_on.word()));
        }
    }
}

fn word(selector: Selector) -> &'static str {
    match selector {
        Selector::All => "all",
        Selector::Category(category) => category.word(),
        Selector::Rule(name) => name,
    }
}

fn to_select(text: &str) -> Result<Selector, String> {
    read(text, Selector::named)
}

fn to_ignore(text: &str) -> Result<Selector, String> {
    read(text, Selector::to_ignore)
}

fn read(text: &str, named: ReadSelector) -> Result<Selector, String> {
    named(text.trim(), RULES).map_err(|(message, help)| format!("{message}; {help}"))
}
