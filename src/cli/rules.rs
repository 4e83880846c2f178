//! `rules`: the table.

use clap::ValueEnum;
use serde::Serialize;

use super::args::Global;
use super::exit::{Exit, Failure, print};
use super::session::Session;
use crate::rules::RULES;

/// Flags of `rules`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// How to print the table
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// How to print the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns.
    Table,
    /// For programs.
    Json,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    summary: &'static str,
    category: &'static str,
    level: &'static str,
    default_level: &'static str,
    scope: &'static str,
    fixable: bool,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let rows: Vec<Row> = RULES
        .iter()
        .map(|rule| Row {
            name: rule.name,
            summary: rule.summary,
            category: rule.category.word(),
            level: session.config.levels.of(rule).word(),
            default_level: rule.category.default_level().word(),
            scope: rule.check.scope(),
            fixable: rule.fixable,
        })
        .collect();
    print(&match args.format {
        Format::Table => table(&rows),
        Format::Json => serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n",
    })?;
    Ok(Exit::Clean)
}

fn table(rows: &[Row]) -> String {
    let width = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).len()).max().unwrap_or(0);
    let (name, level, category) = (width(|row| row.name), width(|row| row.level), width(|row| row.category));
    let lines = rows.iter().map(|row| {
        let fix = if row.fixable { "fix" } else { "   " };
        format!(
            "{:name$}  {:level$}  {:category$}  {fix}  {}\n",
            row.name, row.level, row.category, row.summary
        )
    });
    lines.collect()
}
