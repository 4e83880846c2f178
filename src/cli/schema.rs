//! `schema`: JSON Schemas for editors and for programs that read reports.

use clap::ValueEnum;

use super::exit::{Exit, Failure, print};
use crate::config::schema;
use crate::model::spec;
use crate::rules::RULES;

/// Flags of `schema`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Of what
    #[arg(value_name = "WHAT", default_value = "spec")]
    pub what: What,
}

/// What a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum What {
    /// The Access spec.
    Spec,
    /// Access tests: expectations in files of their own.
    AccessTest,
    /// `rolewright.toml`.
    Config,
    /// The JSON report of `check`.
    Report,
    /// The JSON report of `test`.
    TestReport,
    /// The JSON report of `paths`.
    PathsReport,
    /// The JSON report of `suggest`.
    SuggestReport,
    /// The JSON report of `diff`.
    DiffReport,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let text = match args.what {
        What::Spec => spec::schema::schema_text(),
        What::AccessTest => spec::schema::test_schema_text(),
        What::Config => schema::schema_text(RULES),
        What::Report => include_str!("../../schemas/report.schema.json").to_owned(),
        What::DiffReport => include_str!("../../schemas/diff-report.schema.json").to_owned(),
        What::TestReport => include_str!("../../schemas/test-report.schema.json").to_owned(),
        What::PathsReport => include_str!("../../schemas/paths-report.schema.json").to_owned(),
        What::SuggestReport => include_str!("../../schemas/suggest-report.schema.json").to_owned(),
    };
    print(&text)?;
    Ok(Exit::Clean)
}
