//! How often each rule reported, most often first.

use std::collections::BTreeMap;

use super::Report;
use crate::lint::{Finding, Severity};

/// The table, ending in a newline; one line that says so if nothing was reported.
pub fn render(report: &Report<'_>) -> String {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for finding in &report.triaged.shown {
        let row = rows.entry(finding.rule.name).or_insert_with(|| Row::of(finding));
        row.count += 1;
        row.fixable += usize::from(finding.fix.is_some());
        row.severity = row.severity.max(finding.severity);
    }
    if rows.is_empty() {
        return "nothing to report\n".to_owned();
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.count), row.name));
    let width = rows.first().map_or(1, |row| row.count.to_string().len());
    let names = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    rows.iter().map(|row| row.line(width, names)).collect()
}

struct Row {
    name: &'static str,
    severity: Severity,
    count: usize,
    fixable: usize,
    summary: &'static str,
}

impl Row {
    fn of(finding: &Finding) -> Row {
        let (name, summary) = (finding.rule.name, finding.rule.summary);
        Row { name, severity: finding.severity, count: 0, fixable: 0, summary }
    }

    fn line(&self, width: usize, names: usize) -> String {
        let fixable = if self.fixable > 0 { format!(", {} fixable", self.fixable) } else { String::new() };
        format!(
            "{:>width$}  {:<7}  {:<names$}  {}{fixable}\n",
            self.count,
            self.severity.word(),
            self.name,
            self.summary
        )
    }
}
