//! `rolewright.toml`: levels, excludes, mounts, limits, target.
//!
//! A configuration may extend another one; of what both say, the nearer counts: rules, limits and servers one by one,
//! everything else as a whole. Every key is checked: an unknown one is refused with the name that was likely meant.

mod reader;
pub mod schema;
mod servers;
pub mod shown;
mod value;
pub mod version;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;
use toml::de::DeTable;

use self::shown::{Origin, Setting, Shown};
use crate::lint::{Levels, Options, OtherPaths, PathGlobs, Profile, Rule, Severity};
use crate::model::project::Settings;
use crate::syntax::{Source, Span, Spanned, SyntaxError};

/// The name of the file.
pub const FILE_NAME: &str = "rolewright.toml";

/// What is configured.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `profile`, `select`, `extend-select`, `ignore`, `[rules]`, `[[files]]`.
    pub levels: Levels,
    /// `exclude`.
    pub exclude: PathGlobs,
    /// `[[mount]]` and `target`.
    pub settings: Settings,
    /// `[limits]`.
    pub options: Options,
    /// `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `baseline`: known findings.
    pub baseline: Option<PathBuf>,
    /// What was set, and where.
    pub shown: Shown,
}

impl Config {
    /// From which severity on findings make the run fail.
    pub fn fail_on(&self) -> FailOn {
        let by_profile = match self.levels.profile {
            Profile::Strict => Severity::Note,
            Profile::Default | Profile::Audit => Severity::Warning,
        };
        self.fail_on.unwrap_or(FailOn::At(by_profile))
    }

    /// The same, for files that have these other paths: what is said of one path of a file is said of the file.
    pub fn knowing(&self, others: OtherPaths) -> Config {
        let mut config = self.clone();
        let others = Arc::new(others);
        let levels = config.levels.files.iter_mut().map(|entry| &mut entry.paths);
        let limits = config.options.scopes.iter_mut().filter_map(|scope| scope.paths.as_mut());
        levels.chain(limits).for_each(|globs| globs.know(&others));
        config
    }

    /// True if something is set for some files only.
    pub fn has_paths(&self) -> bool {
        !self.levels.files.is_empty() || self.options.scopes.iter().any(|scope| scope.paths.is_some())
    }

    /// All that is in force and has a value, with the settings that nobody wrote.
    pub fn effective(&self) -> Shown {
        let mut shown = self.shown.clone();
        let profile = self.levels.profile;
        if profile.sees_all() {
            shown.remove("baseline");
        }
        let bound_to_profile = match profile {
            Profile::Default => Origin::Default,
            other => Origin::Profile(other.word()),
        };
        let fail_on = json!(self.fail_on().word());
        for (key, value, origin) in [
            ("profile", json!(profile.word()), Origin::Default),
            ("fail-on", fail_on, bound_to_profile),
            ("exclude", json!([]), Origin::Default),
            ("limits.max_ttl", json!("24h"), Origin::Default),
        ] {
            shown.entry(key.to_owned()).or_insert(Setting { value, origin });
        }
        shown
    }
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

    /// The word.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, meaning)| *meaning == self).map_or("", |(word, _)| word)
    }

    /// True if a finding of this severity makes the run fail.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::At(least) => severity >= least,
            FailOn::Never => false,
        }
    }
}

/// A configuration as it lies on disk.
#[derive(Debug, Clone)]
pub struct File {
    /// Its text; the id is its place among those it is read with.
    pub source: Source,
    /// The directory that its paths are relative to.
    pub directory: PathBuf,
}

/// The path that a configuration extends, as written; nothing if it extends none or cannot be read, which
/// [`parse`] complains about.
pub fn extended(source: &Source) -> Option<Spanned<String>> {
    let table = DeTable::parse(&source.text).ok()?;
    let value = table.get_ref().get("extend")?;
    let text = value.get_ref().as_str()?;
    Some(Spanned::new(text.to_owned(), Span::new(source.id, value.span())))
}

/// Reads a configuration and those that it extends, the nearest first; paths of inputs are relative to `root`, `rules`
/// is the table whose names may be used. All errors are given, not only the first; but if one of the files is for
/// another version of this program, only that is said.
pub fn parse(files: &[File], root: &Path, rules: &[&'static Rule]) -> Result<Config, Vec<SyntaxError>> {
    let mut errors = Vec::new();
    let mut tables = Vec::new();
    for file in files {
        let (table, faults) = DeTable::parse_recoverable(&file.source.text);
        for fault in faults {
            let span = fault.span().unwrap_or(0..0);
            let message = fault.message().lines().next().unwrap_or("not TOML").to_owned();
            errors.push(SyntaxError::new(Span::new(file.source.id, span), message));
        }
        tables.push(table);
    }
    let mut config = Config::default();
    let versions = files.iter().zip(&tables);
    errors.extend(versions.filter_map(|(file, table)| reader::version_fault(file, table.get_ref())));
    if errors.is_empty() {
        for (file, table) in files.iter().zip(&tables).rev() {
            errors.extend(reader::read(file, root, rules, table.get_ref(), &mut config));
        }
    }
    if errors.is_empty() {
        return Ok(config);
    }
    errors.sort_by_key(|error| error.span);
    Err(errors)
}

#[cfg(test)]
mod tests;
