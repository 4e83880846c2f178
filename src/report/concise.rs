//! One line per finding: `path:line:column: severity[rule] message`.

use super::place::Places;
use super::{Report, Style, Summary, clean};
use crate::lint::Finding;

/// The whole report.
pub fn render(report: &Report<'_>, style: Style) -> String {
    let places = Places::new(&report.project.sources);
    let mut out = String::new();
    for finding in &report.triaged.shown {
        line(finding, &places, "", &mut out);
    }
    if style.show_allowed {
        for allowed in &report.triaged.allowed {
            line(&allowed.finding, &places, "allowed ", &mut out);
        }
    }
    for unread in report.unread {
        out += &format!("{}: error: {}\n", clean::line(&unread.path), clean::line(&unread.message));
    }
    if !style.quiet {
        out += &Summary::to_text(report);
    }
    out
}

fn line(finding: &Finding, places: &Places<'_>, prefix: &str, out: &mut String) {
    let place = places.of(finding.span);
    *out += &format!(
        "{}:{}:{}: {prefix}{}[{}] {}\n",
        clean::line(place.path),
        place.start.line,
        place.start.column,
        finding.severity.word(),
        finding.rule.name,
        clean::line(&finding.message),
    );
}
