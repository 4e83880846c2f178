//! `config show`: what is in force, and where each setting came from.

use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::args::Global;
use super::choice::Choice;
use super::exit::{Exit, Failure, print};
use super::session::Session;
use crate::config::shown::{Origin, Setting, Shown, inline, key};
use crate::report::clean;

/// Flags of `config`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// What to do with the configuration.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with the configuration.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Print the settings in force, and where each came from
    ///
    /// Flags count more than the configuration, the configuration more than what it extends, and that more than the
    /// defaults. Paths are shown as they were written: relative to the file they came from.
    Show(ShowArgs),
}

/// Flags of `config show`.
#[derive(Debug, Clone, clap::Args)]
pub struct ShowArgs {
    /// How to print them
    #[arg(long, value_name = "FORMAT", default_value = "toml")]
    pub format: Format,
    /// As for `check`.
    #[command(flatten)]
    pub choice: Choice,
}

/// How to print settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A configuration, with comments.
    Toml,
    /// For programs.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let Command::Show(args) = &args.command;
    let mut session = Session::start(global)?;
    args.choice.apply(&mut session.config);
    let shown = session.config.effective();
    print(&match args.format {
        Format::Toml => toml(&shown),
        Format::Json => json(&shown, &session),
    })?;
    Ok(Exit::Clean)
}

/// Keys that are tables and come after all others, with their parts.
const TABLES: [&str; 3] = ["target", "rules", "limits"];

fn toml(shown: &Shown) -> String {
    let table_of = |name: &str| {
        let (table, part) = name.split_once('.')?;
        Some((TABLES.into_iter().find(|known| *known == table)?, part.to_owned()))
    };
    let plain = shown.iter().filter(|(name, _)| table_of(name).is_none());
    let mut out = lines(plain.map(|(name, setting)| (key(name), setting)));
    for table in TABLES {
        let parts = shown.iter().filter_map(|(name, setting)| {
            let (of, part) = table_of(name)?;
            (of == table).then(|| (key(&part), setting))
        });
        let lines = lines(parts);
        if !lines.is_empty() {
            out += &format!("\n[{table}]\n{lines}");
        }
    }
    out
}

/// One line each, with the comments in one column.
fn lines<'a>(settings: impl Iterator<Item = (String, &'a Setting)>) -> String {
    let lines: Vec<(String, String)> = settings
        .map(|(key, setting)| (format!("{key} = {}", inline(&setting.value)), origin(&setting.origin)))
        .collect();
    let width = lines.iter().map(|(text, _)| text.chars().count()).filter(|width| *width <= 60).max();
    let width = width.unwrap_or(0);
    lines.iter().map(|(text, origin)| format!("{text:width$}  # {origin}\n")).collect()
}

fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::Profile(profile) => format!("profile {profile}"),
        Origin::File { name, line } => format!("{}:{line}", clean::line(name)),
        Origin::Flag(flag) => (*flag).to_owned(),
        Origin::Several(origins) => origins.iter().map(self::origin).collect::<Vec<_>>().join(" and "),
    }
}

fn json(shown: &Shown, session: &Session) -> String {
    let settings: Vec<Value> = shown
        .iter()
        .map(|(key, setting)| json!({"key": key, "value": setting.value, "origin": json_origin(&setting.origin)}))
        .collect();
    let files: Vec<String> = session.config_files.iter().map(|path| session.name(path)).collect();
    format!("{:#}\n", json!({"files": files, "settings": settings}))
}

fn json_origin(origin: &Origin) -> Value {
    match origin {
        Origin::Default => json!({"kind": "default"}),
        Origin::Profile(profile) => json!({"kind": "profile", "profile": profile}),
        Origin::File { name, line } => json!({"kind": "file", "file": name, "line": line}),
        Origin::Flag(flag) => json!({"kind": "flag", "flag": flag}),
        Origin::Several(origins) => {
            json!({"kind": "several", "origins": origins.iter().map(json_origin).collect::<Vec<_>>()})
        }
    }
}
