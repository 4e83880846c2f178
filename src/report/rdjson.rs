//! Reviewdog Diagnostic Format. Columns are UTF-8 bytes from 1, ends are exclusive.
//!
//! Source: reviewdog `proto/rdf/reviewdog.proto`.

use serde_json::{Map, Value, json};

use super::Report;
use super::entries::{Entry, entries};
use super::place::Places;
use crate::lint::{Finding, Severity};
use crate::syntax::Span;

/// The whole report, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::of_files(&report.project.sources, report.real_names);
    let diagnostics: Vec<Value> =
        entries(report, &places).iter().map(|entry| diagnostic(entry, &places)).collect();
    let root = json!({ "source": { "name": "rolewright" }, "diagnostics": diagnostics });
    super::json::text(&root)
}

fn diagnostic(entry: &Entry<'_>, places: &Places<'_>) -> Value {
    let mut location = Map::new();
    location.insert("path".to_owned(), json!(if entry.path.is_empty() { "." } else { entry.path }));
    if let Some(span) = entry.span {
        location.insert("range".to_owned(), range(span, places));
    }
    let mut diagnostic = Map::new();
    diagnostic.insert("message".to_owned(), json!(entry.text()));
    diagnostic.insert("location".to_owned(), Value::Object(location));
    diagnostic.insert("severity".to_owned(), json!(severity(entry.severity)));
    diagnostic.insert("code".to_owned(), json!({ "value": entry.name }));
    if let Some(finding) = entry.finding {
        let suggestions = suggestions(finding, places);
        if !suggestions.is_empty() {
            diagnostic.insert("suggestions".to_owned(), Value::Array(suggestions));
        }
        let related: Vec<Value> = finding
            .labels
            .iter()
            .map(|label| {
                let place = places.of(label.span);
                json!({
                    "message": label.text,
                    "location": { "path": place.path, "range": range(label.span, places) },
                })
            })
            .collect();
        if !related.is_empty() {
            diagnostic.insert("related_locations".to_owned(), Value::Array(related));
        }
    }
    Value::Object(diagnostic)
}

/// Each suggestion stands alone and is about the file of the finding, so only a fix of one edit there can be one.
fn suggestions(finding: &Finding, places: &Places<'_>) -> Vec<Value> {
    let edits = finding.fix.as_ref().map_or(&[][..], |fix| &fix.edits);
    match edits {
        [edit] if edit.span.source == finding.span.source => {
            vec![json!({ "range": range(edit.span, places), "text": edit.text })]
        }
        _ => Vec::new(),
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "INFO",
    }
}

fn range(span: Span, places: &Places<'_>) -> Value {
    json!({ "start": position(span, span.start, places), "end": position(span, span.end, places) })
}

fn position(span: Span, offset: u32, places: &Places<'_>) -> Value {
    let (line, column) = places.bytes(span.source, offset);
    json!({ "line": line, "column": column })
}
