//! JUnit XML: one suite for each file with findings, one failed case for each finding.
//!
//! A clean run has one case that passes, as CI systems take a report without cases for a run that did not happen.

use super::Report;
use super::entries::{Entry, entries};
use super::place::Places;
use super::xml::escaped;
use crate::lint::Severity;

/// The whole report.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::new(&report.project.sources);
    let entries = entries(report, &places);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let errors = entries.iter().filter(|entry| entry.finding.is_none()).count();
    out += &format!(
        "<testsuites name=\"rolewright\" tests=\"{}\" failures=\"{}\" errors=\"{errors}\">\n",
        entries.len().max(1),
        entries.len() - errors
    );
    if entries.is_empty() {
        out += "  <testsuite name=\"rolewright\" tests=\"1\" failures=\"0\" errors=\"0\">\n    \
                <testcase name=\"nothing to report\" classname=\"rolewright\"/>\n  </testsuite>\n";
    }
    for suite in entries.chunk_by(|a, b| a.path == b.path) {
        render_suite(suite, &places, &mut out);
    }
    out + "</testsuites>\n"
}

fn render_suite(entries: &[Entry<'_>], places: &Places<'_>, out: &mut String) {
    let path = entries.first().map_or("", |entry| entry.path);
    let name = if path.is_empty() { "rolewright" } else { path };
    let errors = entries.iter().filter(|entry| entry.finding.is_none()).count();
    *out += &format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{errors}\">\n",
        escaped(name),
        entries.len(),
        entries.len() - errors
    );
    for entry in entries {
        case(entry, name, places, out);
    }
    *out += "  </testsuite>\n";
}

fn case(entry: &Entry<'_>, suite: &str, places: &Places<'_>, out: &mut String) {
    let mut place = String::new();
    let mut at = String::new();
    if let Some(span) = entry.span {
        let start = places.of(span).start;
        place = format!(" line=\"{}\"", start.line);
        at = format!(" at {}:{}", start.line, start.column);
    }
    let file =
        if entry.path.is_empty() { String::new() } else { format!(" file=\"{}\"", escaped(entry.path)) };
    let element = if entry.finding.is_some() { "failure" } else { "error" };
    *out += &format!(
        "    <testcase name=\"{}{at}\" classname=\"{}\"{file}{place}>\n      \
         <{element} type=\"{}\" message=\"{}\">{}</{element}>\n    </testcase>\n",
        escaped(entry.name),
        escaped(suite),
        Severity::word(entry.severity),
        escaped(&entry.message),
        escaped(&entry.text()),
    );
}
