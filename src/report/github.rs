//! Workflow commands of GitHub Actions: `::error file=…,line=…::message`.
//!
//! GitHub shows ten annotations of each level for a step, so the worst come first; `markdown` holds them all.
//! Source: "Workflow commands for GitHub Actions", section "Setting an error message".

use super::entries::{Entry, entries};
use super::place::Places;
use super::{Report, clean};
use crate::lint::Severity;

/// The whole report.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::of_files(&report.project.sources, report.real_names);
    let mut entries = entries(report, &places);
    entries.sort_by_key(|entry| std::cmp::Reverse(entry.severity));
    entries.iter().map(|entry| command(entry, &places)).collect()
}

fn command(entry: &Entry<'_>, places: &Places<'_>) -> String {
    let word = match entry.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if !entry.path.is_empty() {
        properties.push(format!("file={}", property(entry.path)));
    }
    if let Some(span) = entry.span {
        let place = places.of(span);
        properties.push(format!("line={},endLine={}", place.start.line, place.end.line));
        // Columns of different lines have no meaning to GitHub.
        if place.start.line == place.end.line {
            properties.push(format!("col={},endColumn={}", place.start.column, place.end.column));
        }
    }
    properties.push(format!("title={}", property(entry.name)));
    format!("::{word} {}::{}\n", properties.join(","), data(&entry.text()))
}

/// A message: what could end it or start another command is escaped.
fn data(text: &str) -> String {
    clean::line(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_breaks_out() {
        assert_eq!(data("100%\n::error::x"), "100%25\\n::error::x");
        assert_eq!(property("a,b:c%0A"), "a%2Cb%3Ac%250A");
    }
}
