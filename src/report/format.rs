//! The formats that `check` reports in.

use super::{
    Report, Style, checkstyle, clean, concise, github, gitlab, grouped, human, json, junit, markdown, rdjson,
    sarif,
};

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the source text around each finding.
    Human,
    /// One line per finding.
    Concise,
    /// By file, one line per finding.
    Grouped,
    /// Our own, for programs.
    Json,
    /// The same, one object per line.
    Jsonl,
    /// For code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// For CI systems.
    Junit,
    /// For reviewdog.
    Rdjson,
    /// For CI systems.
    Checkstyle,
    /// For merge requests and job summaries.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Format; 12] = [
        Format::Human,
        Format::Concise,
        Format::Grouped,
        Format::Json,
        Format::Jsonl,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Rdjson,
        Format::Checkstyle,
        Format::Markdown,
    ];

    /// Its name on the command line, and what it is.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Format::Human => ("human", "with the source text around each finding"),
            Format::Concise => ("concise", "one line per finding"),
            Format::Grouped => ("grouped", "by file, one line per finding"),
            Format::Json => ("json", "for programs; `rolewright schema report` describes it"),
            Format::Jsonl => ("jsonl", "the same, one object per line"),
            Format::Sarif => ("sarif", "SARIF 2.1.0 for code scanning"),
            Format::Github => ("github", "annotations of GitHub Actions"),
            Format::Gitlab => ("gitlab", "GitLab Code Quality"),
            Format::Junit => ("junit", "JUnit XML"),
            Format::Rdjson => ("rdjson", "Reviewdog Diagnostic Format"),
            Format::Checkstyle => ("checkstyle", "Checkstyle XML"),
            Format::Markdown => ("markdown", "a table for merge requests and job summaries"),
        }
    }

    /// True for formats whose readers look files up in a repository, and so find nothing at a link.
    pub fn is_for_code_hosts(self) -> bool {
        matches!(self, Format::Sarif | Format::Github | Format::Gitlab | Format::Rdjson)
    }

    /// True for formats that close with what was looked at and what was not, unless less is wanted.
    pub fn has_closing_lines(self) -> bool {
        matches!(self, Format::Human | Format::Concise | Format::Grouped | Format::Markdown)
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.words().0 == name)
    }

    /// The whole report in this format; `style` is for people's formats and of no matter to the others.
    pub fn render(self, report: &Report<'_>, style: Style) -> String {
        match self {
            Format::Human => clean::commands(&human::render(report, style)).into_owned(),
            Format::Concise => clean::commands(&concise::render(report, style)).into_owned(),
            Format::Grouped => clean::commands(&grouped::render(report, style)).into_owned(),
            Format::Json => json::render(report),
            Format::Jsonl => json::render_lines(report),
            Format::Sarif => sarif::render(report),
            Format::Github => github::render(report),
            Format::Gitlab => gitlab::render(report),
            Format::Junit => junit::render(report),
            Format::Rdjson => rdjson::render(report),
            Format::Checkstyle => checkstyle::render(report),
            Format::Markdown => markdown::render(report),
        }
    }
}
