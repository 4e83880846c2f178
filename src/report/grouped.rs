//! Findings by file: the path once, one line for each finding below it.

use super::entries::{Entry, entries};
use super::place::Places;
use super::{Report, Style, Summary, clean};

/// The whole report.
pub fn render(report: &Report<'_>, style: Style) -> String {
    let places = Places::new(&report.project.sources);
    let entries = entries(report, &places);
    let mut out = String::new();
    for file in entries.chunk_by(|a, b| a.path == b.path) {
        let path = file.first().map_or("", |entry| entry.path);
        out += &format!("{}:\n", clean::line(if path.is_empty() { "rolewright" } else { path }));
        let positions: Vec<String> = file.iter().map(|entry| position(entry, &places)).collect();
        let width = positions.iter().map(String::len).max().unwrap_or(0);
        for (entry, position) in file.iter().zip(&positions) {
            out += &format!(
                "  {position:>width$} {}[{}] {}\n",
                entry.severity.word(),
                entry.name,
                clean::line(&entry.message)
            );
        }
        out.push('\n');
    }
    if style.show_allowed {
        for allowed in &report.triaged.allowed {
            let place = places.of(allowed.finding.span);
            out += &format!(
                "allowed {}:{}:{} [{}] {}\n",
                clean::line(place.path),
                place.start.line,
                place.start.column,
                allowed.finding.rule.name,
                clean::line(&allowed.reason)
            );
        }
    }
    if !style.quiet {
        out += &Summary::to_text(report);
    }
    out
}

fn position(entry: &Entry<'_>, places: &Places<'_>) -> String {
    entry.span.map_or(String::new(), |span| {
        let start = places.of(span).start;
        format!("{}:{}", start.line, start.column)
    })
}
