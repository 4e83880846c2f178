//! `rolewright.toml`: levels, excludes, mounts, limits, target.
//!
//! There is one such file per run, nothing is merged, and every key is checked: an unknown one is refused with the
//! name that was likely meant.

pub mod schema;

use std::path::PathBuf;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::lint::{Level, Levels, Options, Rule, Severity};
use crate::model::project::{ConfiguredMount, Settings, Target};
use crate::model::vault::duration::Seconds;
use crate::model::vault::mount::{Engine, KvVersion};
use crate::syntax::near::nearest;
use crate::syntax::{Source, Span, SyntaxError};

/// The name of the file.
pub const FILE_NAME: &str = "rolewright.toml";

/// What the file says.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `[rules]`.
    pub levels: Levels,
    /// `exclude`: matches paths relative to the directory of the file.
    pub exclude: GlobSet,
    /// `[[mount]]` and `target`.
    pub settings: Settings,
    /// `[limits]`.
    pub options: Options,
    /// `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `baseline`: known findings, relative to the directory of the file.
    pub baseline: Option<PathBuf>,
}

/// From which severity on findings make the run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// At this severity or above.
    At(Severity),
    /// Findings never do.
    Never,
}

impl FailOn {
    /// The words for it, with their meaning.
    pub const WORDS: [(&'static str, FailOn); 4] = [
        ("error", FailOn::At(Severity::Error)),
        ("warning", FailOn::At(Severity::Warning)),
        ("note", FailOn::At(Severity::Note)),
        ("never", FailOn::Never),
    ];

    /// Reads one of the words.
    pub fn from_word(word: &str) -> Option<FailOn> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, meaning)| *meaning)
    }

    /// True if a finding of this severity makes the run fail.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::At(least) => severity >= least,
            FailOn::Never => false,
        }
    }
}

/// Reads the configuration; `rules` is the table whose names `[rules]` may use. All errors are given, not only the
/// first.
pub fn parse(source: &Source, rules: &[&'static Rule]) -> Result<Config, Vec<SyntaxError>> {
    let mut reader = Reader { source, errors: Vec::new() };
    let (table, faults) = DeTable::parse_recoverable(&source.text);
    for fault in faults {
        let span = fault.span().unwrap_or(0..0);
        let message = fault.message().lines().next().unwrap_or("not TOML").to_owned();
        reader.errors.push(SyntaxError::new(Span::new(source.id, span), message));
    }
    let config =
        if reader.errors.is_empty() { reader.config(table.get_ref(), rules) } else { Config::default() };
    if reader.errors.is_empty() {
        Ok(config)
    } else {
        reader.errors.sort_by_key(|error| error.span);
        Err(reader.errors)
    }
}

/// The rule whose level nobody can set: a text that cannot be read is no matter of opinion.
const FIXED_LEVEL: &str = "syntax-error";

/// The keys at the top.
const KEYS: [&str; 7] = ["rules", "exclude", "mount", "limits", "target", "fail-on", "baseline"];

/// Values of `type` in `[[mount]]` that are more than a name.
const ENGINES: [&str; 7] = ["kv", "kv-v1", "kv-v2", "kubernetes", "database", "pki", "transit"];

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'s> {
    source: &'s Source,
    errors: Vec<SyntaxError>,
}

impl Reader<'_> {
    fn config(&mut self, table: &DeTable<'_>, rules: &[&'static Rule]) -> Config {
        let mut config = Config::default();
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "rules" => self.levels(value, rules, &mut config.levels),
                "exclude" => config.exclude = self.exclude(value),
                "mount" => config.settings.mounts = self.mounts(value),
                "limits" => self.limits(value, &mut config.options),
                "target" => self.target(value, &mut config.settings),
                "fail-on" => config.fail_on = self.fail_on(value),
                "baseline" => config.baseline = self.text(value, "`baseline`").map(PathBuf::from),
                _ => self.unknown_key(key, &KEYS),
            }
        }
        config
    }

    fn levels(&mut self, value: &Value<'_>, rules: &[&'static Rule], levels: &mut Levels) {
        const LEVELS: [Level; 4] = [Level::Off, Level::Note, Level::Warning, Level::Error];
        let Some(table) = self.table(value, "`rules`") else { return };
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            let Some(rule) = rules.iter().copied().find(|rule| rule.name == name) else {
                let help = match nearest(name, rules.iter().map(|rule| rule.name)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`rolewright rules` lists all names".to_owned(),
                };
                self.error(key.span(), format!("no rule has the name `{name}`"), Some(help));
                continue;
            };
            if rule.name == FIXED_LEVEL {
                let help = "exclude files that are no input of yours".to_owned();
                self.error(key.span(), format!("the level of `{FIXED_LEVEL}` cannot be set"), Some(help));
                continue;
            }
            let level = match value.get_ref().as_table() {
                Some(table) => self.rule_settings(table, rule, levels),
                None => Some(value),
            };
            let Some(level) = level else { continue };
            let Some(word) = self.text(level, "a level") else { continue };
            match LEVELS.into_iter().find(|level| level.word() == word) {
                Some(level) => levels.set(rule, level),
                None => self.not_one_of(level, word, &LEVELS.map(Level::word)),
            }
        }
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
                    Some(true) => {}
                    Some(false) => levels.forbid_allowing(rule),
                    None => self.wrong_type(value, "`ignorable`", "`true` or `false`"),
                },
                _ => self.unknown_key(key, &["level", "ignorable"]),
            }
        }
        level
    }

    fn exclude(&mut self, value: &Value<'_>) -> GlobSet {
        let mut set = GlobSetBuilder::new();
        for item in self.list(value, "`exclude`") {
            let Some(text) = self.text(item, "a glob") else { continue };
            // A pattern that names a directory means all that is in it.
            let text = text.trim_start_matches("./").trim_end_matches('/');
            for pattern in [text.to_owned(), format!("{text}/**")] {
                match GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build() {
                    Ok(glob) => {
                        set.add(glob);
                    }
                    Err(fault) => {
                        self.error(item.span(), format!("not a glob: {}", fault.kind()), None);
                        break;
                    }
                }
            }
        }
        set.build().unwrap_or_default()
    }

    fn mounts(&mut self, value: &Value<'_>) -> Vec<ConfiguredMount> {
        let mut mounts: Vec<ConfiguredMount> = Vec::new();
        for item in self.list(value, "`mount`") {
            let Some(mount) = self.mount(item) else { continue };
            if mounts.iter().any(|other| other.path == mount.path && other.scope == mount.scope) {
                let help = Some("keep one entry, or give each a `scope` of its own".to_owned());
                self.error(item.span(), format!("the mount `{}` is configured twice", mount.path), help);
            }
            mounts.push(mount);
        }
        mounts
    }

    fn mount(&mut self, value: &Value<'_>) -> Option<ConfiguredMount> {
        let table = self.table(value, "a mount")?;
        let (mut path, mut engine, mut scope) = (None, None, String::new());
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "path" => path = self.text(value, "`path`").map(|path| path.trim_matches('/').to_owned()),
                "type" => engine = self.text(value, "`type`").map(engine_named),
                "scope" => {
                    let text = self.text(value, "`scope`").unwrap_or_default();
                    scope = text.trim_start_matches("./").trim_matches('/').to_owned();
                }
                _ => self.unknown_key(key, &["path", "type", "scope"]),
            }
        }
        if path.as_deref().is_none_or(str::is_empty) {
            self.error(value.span(), "a mount needs a `path`".to_owned(), None);
        }
        if engine.is_none() {
            let help = format!("one of {}, or another engine's name", ENGINES.join(", "));
            self.error(value.span(), "a mount needs a `type`".to_owned(), Some(help));
        }
        Some(ConfiguredMount { path: path?, engine: engine?, scope })
    }

    fn limits(&mut self, value: &Value<'_>, options: &mut Options) {
        let Some(table) = self.table(value, "`limits`") else { return };
        for (key, value) in table.iter() {
            match key.get_ref().as_ref() {
                "max_ttl" => {
                    let Some(text) = self.text_or_number(value, "`max_ttl`") else { continue };
                    match Seconds::parse(&text) {
                        Ok(limit) => options.max_ttl = limit,
                        Err(_) => {
                            let help = "write it as Vault does: `24h`, `90m`, `1d`, or seconds".to_owned();
                            self.error(value.span(), format!("`{text}` is no duration"), Some(help));
                        }
                    }
                }
                _ => self.unknown_key(key, &["max_ttl"]),
            }
        }
    }

    fn target(&mut self, value: &Value<'_>, settings: &mut Settings) {
        let Some(table) = self.table(value, "`target`") else { return };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            if !["vault", "openbao", "kubernetes"].contains(&name) {
                self.unknown_key(key, &["vault", "openbao", "kubernetes"]);
                continue;
            }
            let Some(text) = self.text(value, "a version") else { continue };
            let Some(version) = version(text) else {
                let help = "write major and minor version as text, such as `\"1.20\"`".to_owned();
                self.error(value.span(), format!("`{text}` is no version"), Some(help));
                continue;
            };
            match (name, settings.target) {
                ("kubernetes", _) => settings.kubernetes = u8::try_from(version.1).ok(),
                (_, Target::VaultClassic | Target::VaultCurrent | Target::OpenBao) => {
                    self.error(key.span(), "two servers at once are no target".to_owned(), None);
                }
                ("openbao", Target::Any) => settings.target = Target::OpenBao,
                (_, Target::Any) if version <= (1, 20) => settings.target = Target::VaultClassic,
                (_, Target::Any) => settings.target = Target::VaultCurrent,
            }
        }
    }

    fn fail_on(&mut self, value: &Value<'_>) -> Option<FailOn> {
        let word = self.text(value, "`fail-on`")?;
        let meaning = FailOn::from_word(word);
        if meaning.is_none() {
            self.not_one_of(value, word, &FailOn::WORDS.map(|(word, _)| word));
        }
        meaning
    }

    fn table<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> Option<&'v DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_type(value, what, "a table");
        }
        table
    }

    fn list<'v, 'i>(&mut self, value: &'v Value<'i>, what: &str) -> Vec<&'v Value<'i>> {
        match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => {
                self.wrong_type(value, what, "a list");
                Vec::new()
            }
        }
    }

    fn text<'v>(&mut self, value: &'v Value<'_>, what: &str) -> Option<&'v str> {
        let text = value.get_ref().as_str();
        if text.is_none() {
            self.wrong_type(value, what, "text");
        }
        text
    }

    fn text_or_number(&mut self, value: &Value<'_>, what: &str) -> Option<String> {
        match value.get_ref() {
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            _ => self.text(value, what).map(str::to_owned),
        }
    }

    fn wrong_type(&mut self, value: &Value<'_>, what: &str, wanted: &str) {
        let is = value.get_ref().type_str();
        self.error(value.span(), format!("{what} is {wanted}, not of type {is}"), None);
    }

    fn not_one_of(&mut self, value: &Value<'_>, word: &str, words: &[&str]) {
        let help = format!("one of {}", words.join(", "));
        self.error(value.span(), format!("`{word}` is none of the words that stand here"), Some(help));
    }

    fn unknown_key(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let name = key.get_ref();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here: {}", known.join(", ")),
        };
        self.error(key.span(), format!("unknown key `{name}`"), Some(help));
    }

    fn error(&mut self, range: std::ops::Range<usize>, message: String, help: Option<String>) {
        let error = SyntaxError::new(Span::new(self.source.id, range), message);
        self.errors.push(match help {
            Some(help) => error.with_help(help),
            None => error,
        });
    }
}

fn engine_named(name: &str) -> Engine {
    match name {
        "kv" => Engine::Kv(None),
        "kv-v1" => Engine::Kv(Some(KvVersion::V1)),
        "kv-v2" => Engine::Kv(Some(KvVersion::V2)),
        "kubernetes" => Engine::Kubernetes,
        "database" => Engine::Database,
        "pki" => Engine::Pki,
        "transit" => Engine::Transit,
        other => Engine::Other(other.to_owned()),
    }
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.').unwrap_or((text, "0"));
    let minor = rest.split('.').next().unwrap_or("0");
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests;
