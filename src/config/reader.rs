//! One file of configuration, key by key, laid over what the file that it extends has set.

use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde_json::Value as Json;
use toml::de::DeTable;

use super::shown::{Origin, Setting, plain};
use super::value::{Faults, Key, Value};
use super::{Config, FailOn, File, version};
use crate::lint::{
    FileLevels, Level, Levels, LimitScope, Options, PathGlobs, Profile, ReadSelector, Rule, Selector,
};
use crate::model::vault::duration::Seconds;
use crate::syntax::SyntaxError;
use crate::syntax::lines::LineIndex;
use crate::syntax::near::nearest;

/// The keys at the top.
pub const KEYS: [&str; 14] = [
    "required-version",
    "extend",
    "profile",
    "select",
    "extend-select",
    "ignore",
    "fail-on",
    "exclude",
    "baseline",
    "target",
    "rules",
    "files",
    "limits",
    "mount",
];

/// Levels by their words.
const LEVELS: [(&str, Level); 4] =
    [("off", Level::Off), ("note", Level::Note), ("warning", Level::Warning), ("error", Level::Error)];

/// Says that the file is for another version of this program, or that nobody can tell for which.
pub fn version_fault(file: &File, table: &DeTable<'_>) -> Option<SyntaxError> {
    let value = table.get("required-version")?;
    let mut faults = Faults::new(file.source.id);
    if let Some(wanted) = faults.text(value, "`required-version`") {
        match version::meets(version::OWN, wanted) {
            Some(true) => {}
            Some(false) => {
                let message =
                    format!("this is rolewright {}, and the configuration asks for `{wanted}`", version::OWN);
                faults.add(value.span(), message, Some("install a version that fits".to_owned()));
            }
            None => {
                let help = "write comparisons, such as `>=0.1` or `>=0.1, <2`".to_owned();
                faults.add(value.span(), format!("`{wanted}` is no requirement"), Some(help));
            }
        }
    }
    faults.list.into_iter().next()
}

/// Lays what the file says over `config`. Gives what is wrong with it.
pub fn read(
    file: &File,
    root: &Path,
    rules: &[&'static Rule],
    table: &DeTable<'_>,
    config: &mut Config,
) -> Vec<SyntaxError> {
    let faults = Faults::new(file.source.id);
    let lines = LineIndex::new(&file.source.text);
    let mut reader = Reader { file, root, rules, lines, extends: table.contains_key("extend"), faults };
    for (key, value) in table.iter() {
        reader.entry(key, value, config);
    }
    reader.faults.list
}

/// A file that is being read.
pub(super) struct Reader<'s> {
    pub(super) file: &'s File,
    pub(super) root: &'s Path,
    rules: &'s [&'static Rule],
    lines: LineIndex,
    /// It builds on another file.
    extends: bool,
    pub(super) faults: Faults,
}

impl Reader<'_> {
    fn entry(&mut self, key: &Key<'_>, value: &Value<'_>, config: &mut Config) {
        let name = key.get_ref().as_ref();
        match name {
            // Read before, and by whoever reads files.
            "required-version" => {}
            "extend" => {
                self.faults.text(value, "`extend`");
            }
            "profile" => {
                let profile = self.faults.one_of(value, "`profile`", &Profile::WORDS);
                config.levels.profile = profile.unwrap_or_default();
            }
            "select" => {
                self.not_empty(value, "`select` is empty: no rule would run");
                config.levels.listed.select = Some(self.selectors(value, name, Selector::named));
            }
            "extend-select" => {
                // What is extended may have a list that this one takes the place of.
                if !self.extends {
                    self.not_empty(value, "`extend-select` is empty: it adds nothing");
                }
                config.levels.listed.extend = self.selectors(value, name, Selector::named);
            }
            "ignore" => config.levels.listed.ignore = self.selectors(value, name, Selector::to_ignore),
            "fail-on" => config.fail_on = self.faults.one_of(value, "`fail-on`", &FailOn::WORDS),
            "exclude" => config.exclude = self.globs(value, "`exclude`"),
            "baseline" => {
                let path = self.faults.text(value, "`baseline`");
                config.baseline = path.map(|path| self.file.directory.join(path));
            }
            "target" => self.target(value, config),
            "rules" => self.rules(value, &mut config.levels),
            "files" => config.levels.files = self.files(value),
            "limits" => self.limits(value, &mut config.options),
            "mount" => config.settings.mounts = self.mounts(value),
            _ => return self.faults.unknown_key(key, &KEYS),
        }
        match (name, value.get_ref().as_table()) {
            ("rules" | "limits" | "target", Some(table)) => {
                for (part, value) in table.iter() {
                    self.note(format!("{name}.{}", part.get_ref()), part, value, config);
                }
            }
            _ => self.note(name.to_owned(), key, value, config),
        }
    }

    /// Remembers where a setting was made.
    fn note(&self, name: String, key: &Key<'_>, value: &Value<'_>, config: &mut Config) {
        let line = self.lines.line_of(u32::try_from(key.span().start).unwrap_or(u32::MAX));
        let origin = Origin::File { name: self.file.source.name.clone(), line: line + 1 };
        let mut value = plain(value.get_ref());
        if name.starts_with("rules.")
            && let Some(base) = config.shown.get(&name)
        {
            value = merged_rule(&base.value, &value);
        }
        config.shown.insert(name, Setting { value, origin });
    }

    fn selectors(&mut self, value: &Value<'_>, what: &str, read: ReadSelector) -> Vec<Selector> {
        let mut selectors = Vec::new();
        for item in self.faults.list(value, &format!("`{what}`")) {
            let Some(word) = self.faults.text(item, "a rule or a category") else { continue };
            match read(word, self.rules) {
                Ok(selector) => selectors.push(selector),
                Err((message, help)) => self.faults.add(item.span(), message, Some(help)),
            }
        }
        selectors
    }

    /// Refuses an empty list where it cannot be meant.
    fn not_empty(&mut self, value: &Value<'_>, message: &str) {
        if value.get_ref().as_array().is_some_and(|items| items.is_empty()) {
            let help = "name rules or categories, or `all`, or leave it out".to_owned();
            self.faults.add(value.span(), message.to_owned(), Some(help));
        }
    }

    fn rules(&mut self, value: &Value<'_>, levels: &mut Levels) {
        let Some(table) = self.faults.table(value, "`rules`") else { return };
        for (key, value) in table.iter() {
            let Some(rule) = self.rule(key) else { continue };
            let level = match value.get_ref().as_table() {
                Some(table) => self.rule_settings(table, rule, levels),
                None => Some(value),
            };
            if let Some(level) = level.and_then(|level| self.faults.one_of(level, "a level", &LEVELS)) {
                levels.set(rule, level);
            }
        }
    }

    fn rule(&mut self, key: &Key<'_>) -> Option<&'static Rule> {
        let name = key.get_ref().as_ref();
        let Some(rule) = self.rules.iter().copied().find(|rule| rule.name == name) else {
            let help = match nearest(name, self.rules.iter().map(|rule| rule.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`rolewright rules` lists all names".to_owned(),
            };
            self.faults.add(key.span(), format!("no rule has the name `{name}`"), Some(help));
            return None;
        };
        if name == Selector::FIXED {
            let help = "exclude files that are no input of yours".to_owned();
            self.faults.add(key.span(), format!("the level of `{name}` cannot be set"), Some(help));
            return None;
        }
        Some(rule)
    }

    /// `{level = "error", ignorable = false}`; gives the value of `level`.
    fn rule_settings<'v, 'i>(
        &mut self,
        table: &'v DeTable<'i>,
        rule: &'static Rule,
        levels: &mut Levels,
    ) -> Option<&'v Value<'i>> {
        let mut level = None;
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "level" => level = Some(value),
                "ignorable" => match value.get_ref().as_bool() {
                    Some(true) => levels.let_allow(rule),
                    Some(false) => levels.forbid_allowing(rule),
                    None => self.faults.wrong_type(value, "`ignorable`", "`true` or `false`"),
                },
                _ => self.faults.unknown_key(key, &["level", "ignorable"]),
            }
        }
        level
    }

    fn files(&mut self, value: &Value<'_>) -> Vec<FileLevels> {
        let items = self.faults.list(value, "`files`");
        items.into_iter().filter_map(|item| self.file_levels(item)).collect()
    }

    fn file_levels(&mut self, value: &Value<'_>) -> Option<FileLevels> {
        let table = self.faults.table(value, "an entry of `files`")?;
        let mut entry = FileLevels::default();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "paths" => entry.paths = self.globs(value, "`paths`"),
                "ignore" => {
                    self.not_empty(value, "`ignore` is empty: it turns nothing off");
                    entry.ignore.ignore = self.selectors(value, "ignore", Selector::to_ignore);
                }
                "rules" => {
                    let Some(rules) = self.faults.table(value, "`rules`") else { continue };
                    for (key, value) in rules.iter() {
                        let Some(rule) = self.rule(key) else { continue };
                        if let Some(level) = self.faults.one_of(value, "a level", &LEVELS) {
                            entry.rules.insert(rule.name, level);
                        }
                    }
                }
                _ => self.faults.unknown_key(key, &["paths", "rules", "ignore"]),
            }
        }
        if !table.contains_key("paths") {
            let help = Some("globs, relative to this file, such as `paths = [\"legacy/**\"]`".to_owned());
            self.faults.add(value.span(), "an entry of `files` needs `paths`".to_owned(), help);
        }
        if !table.contains_key("rules") && !table.contains_key("ignore") {
            let help = Some("say `rules = { RULE = LEVEL }` or `ignore = [RULE]`".to_owned());
            self.faults.add(value.span(), "an entry of `files` that sets nothing".to_owned(), help);
        }
        Some(entry)
    }

    fn globs(&mut self, value: &Value<'_>, what: &str) -> PathGlobs {
        let items = self.faults.list(value, what);
        let texts: Vec<(&Value<'_>, &str)> =
            items.into_iter().filter_map(|item| Some((item, self.faults.text(item, "a glob")?))).collect();
        let patterns: Vec<&str> = texts.iter().map(|(_, text)| *text).collect();
        PathGlobs::new(&patterns, self.root, &self.file.directory).unwrap_or_else(|faults| {
            for fault in faults {
                let Some((item, _)) = texts.get(fault.at) else { continue };
                self.faults.add(item.span(), fault.message, fault.help.map(str::to_owned));
            }
            PathGlobs::default()
        })
    }

    fn limits(&mut self, value: &Value<'_>, options: &mut Options) {
        let Some(table) = self.faults.table(value, "`limits`") else { return };
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "max_ttl" => options.max_ttl = self.duration(value).unwrap_or(options.max_ttl),
                "scope" => {
                    let items = self.faults.list(value, "`scope`");
                    options.scopes = items.into_iter().filter_map(|item| self.limit_scope(item)).collect();
                }
                _ => self.faults.unknown_key(key, &["max_ttl", "scope"]),
            }
        }
    }

    fn limit_scope(&mut self, value: &Value<'_>) -> Option<LimitScope> {
        let table = self.faults.table(value, "an entry of `scope`")?;
        let (mut paths, mut mounts, mut max_ttl) = (None, None, None);
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "paths" => paths = Some(self.globs(value, "`paths`")),
                "mounts" => mounts = Some(self.mount_globs(value)),
                "max_ttl" => max_ttl = Some(self.duration(value).unwrap_or(Seconds(0))),
                _ => self.faults.unknown_key(key, &["paths", "mounts", "max_ttl"]),
            }
        }
        if paths.is_none() && mounts.is_none() {
            let help = "such as `paths = [\"prod/**\"]` or `mounts = [\"auth/kubernetes-prod\"]`".to_owned();
            self.faults.add(value.span(), "a scope needs `paths` or `mounts`".to_owned(), Some(help));
        }
        if max_ttl.is_none() {
            self.faults.add(value.span(), "a scope needs a `max_ttl`".to_owned(), None);
        }
        Some(LimitScope { paths, mounts, max_ttl: max_ttl? })
    }

    fn mount_globs(&mut self, value: &Value<'_>) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for item in self.faults.list(value, "`mounts`") {
            let Some(text) = self.faults.text(item, "a glob") else { continue };
            let mut parts = text.trim_matches('/').split('/');
            if text.starts_with('!') || parts.clone().any(|part| matches!(part, "" | "." | "..")) {
                let help = "name mounts as the server does: `auth/kubernetes-*`, or `kubernetes` for a secrets engine";
                self.faults.add(item.span(), "no mount matches this glob".to_owned(), Some(help.to_owned()));
                continue;
            }
            if parts.next() == Some("auth") && parts.next().is_none() {
                let help = "`auth/**` is every auth mount".to_owned();
                self.faults.add(item.span(), "no mount matches this glob".to_owned(), Some(help));
                continue;
            }
            match GlobBuilder::new(text.trim_matches('/')).literal_separator(true).build() {
                Ok(glob) => {
                    set.add(glob);
                }
                Err(fault) => self.faults.add(item.span(), format!("not a glob: {}", fault.kind()), None),
            }
        }
        set.build().unwrap_or_default()
    }

    fn duration(&mut self, value: &Value<'_>) -> Option<Seconds> {
        let text = self.faults.text_or_number(value, "`max_ttl`")?;
        let duration = Seconds::parse(&text).ok();
        if duration.is_none() {
            let help = "write it as Vault does: `24h`, `90m`, `1d`, or seconds".to_owned();
            self.faults.add(value.span(), format!("`{text}` is no duration"), Some(help));
        }
        duration
    }
}

/// What is in force of a rule that two configurations speak of.
fn merged_rule(base: &Json, near: &Json) -> Json {
    let part = |value: &Json, key: &str| match value {
        Json::Object(entries) => entries.get(key).cloned(),
        level => (key == "level").then(|| level.clone()),
    };
    let merged = |key: &str| part(near, key).or_else(|| part(base, key));
    match (merged("level"), merged("ignorable")) {
        (Some(level), None | Some(Json::Bool(true))) => level,
        (level, ignorable) => {
            let entries = [("level", level), ("ignorable", ignorable)];
            entries.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
        }
    }
}
