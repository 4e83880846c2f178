//! Checkstyle XML, which many CI systems read. Columns are characters.

use super::Report;
use super::entries::{Entry, entries};
use super::place::Places;
use super::xml::escaped;
use crate::lint::Severity;

/// The whole report.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::new(&report.project.sources);
    let entries = entries(report, &places);
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    for file in entries.chunk_by(|a, b| a.path == b.path) {
        let path = file.first().map_or("", |entry| entry.path);
        out += &format!("  <file name=\"{}\">\n", escaped(path));
        for entry in file {
            error(entry, &places, &mut out);
        }
        out += "  </file>\n";
    }
    out + "</checkstyle>\n"
}

fn error(entry: &Entry<'_>, places: &Places<'_>, out: &mut String) {
    let place = entry.span.map_or(String::new(), |span| {
        let start = places.of(span).start;
        format!(" line=\"{}\" column=\"{}\"", start.line, start.column)
    });
    let severity = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    };
    *out += &format!(
        "    <error{place} severity=\"{severity}\" message=\"{}\" source=\"rolewright.{}\"/>\n",
        escaped(&entry.text()),
        escaped(entry.name),
    );
}
