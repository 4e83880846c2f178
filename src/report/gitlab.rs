//! GitLab Code Quality: one array of issues.
//!
//! GitLab shows no `check_name`, so the rule's name leads the description.
//! Source: GitLab `doc/ci/testing/code_quality.md`, "Code Quality report format".

use serde::Serialize;

use super::Report;
use super::entries::{Entry, entries};
use super::place::Places;
use crate::lint::{Category, Severity};

/// The whole report, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::of_files(&report.project.sources, report.real_names);
    let entries = entries(report, &places);
    let issues: Vec<Issue> = entries.iter().map(|entry| issue(entry, &places)).collect();
    super::json::text(&issues)
}

#[derive(Serialize)]
struct Issue {
    #[serde(rename = "type")]
    kind: &'static str,
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue(entry: &Entry<'_>, places: &Places<'_>) -> Issue {
    let place = entry.span.map(|span| places.of(span));
    let lines = place
        .map_or(Lines { begin: 1, end: 1 }, |place| Lines { begin: place.start.line, end: place.end.line });
    Issue {
        kind: "issue",
        description: format!("{}: {}", entry.name, entry.text()),
        check_name: entry.name.to_owned(),
        fingerprint: entry.fingerprint.clone(),
        severity: severity(entry),
        // A failed part of this program belongs to no file, and GitLab takes none without.
        location: Location { path: if entry.path.is_empty() { "." } else { entry.path }.to_owned(), lines },
    }
}

fn severity(entry: &Entry<'_>) -> &'static str {
    let security = entry.finding.is_some_and(|finding| finding.rule.category == Category::Security);
    match (entry.severity, security) {
        (Severity::Error, true) => "critical",
        (Severity::Error, false) | (Severity::Warning, true) => "major",
        (Severity::Warning, false) => "minor",
        (Severity::Note, _) => "info",
    }
}
