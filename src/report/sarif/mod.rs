//! SARIF 2.1.0, in the way GitHub code scanning takes it.
//!
//! Every rule is listed, whether it reported or not; a clean run has an empty list of results. Columns are Unicode
//! scalar values, and the run says so. Sources: OASIS SARIF 2.1.0; GitHub "SARIF support for code scanning".

mod line_hash;
mod result;
mod rules;

use serde_json::{Value, json};

use self::result::Results;
use super::Report;
use super::entries::entries;
use super::place::Places;
use crate::lint::Severity;

/// GitHub shows this many results of a run.
pub const RESULTS: usize = 5_000;

/// The whole report, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::of_files(&report.project.sources, report.real_names);
    let entries = entries(report, &places);
    let mut results = Results::new(report, &places);
    for entry in entries.iter().filter(|entry| entry.finding.is_some()) {
        results.add(entry);
    }
    let (results, left_out) = results.finish(RESULTS);
    let able = entries.iter().all(|entry| entry.finding.is_some());

    let mut notifications: Vec<Value> = entries
        .iter()
        .filter(|entry| entry.finding.is_none())
        .map(|entry| notification("error", &entry.text(), entry.path, entry.name))
        .collect();
    notifications.extend(report.templates().map(|(path, kind)| {
        notification(
            "note",
            &format!("a template ({kind}) is not read before it is rendered"),
            path,
            "template",
        )
    }));
    for (number, why) in [
        (report.excluded, "excluded by the configuration"),
        (report.compiled, "left out: `compile` made them"),
    ] {
        if number > 0 {
            notifications.push(notification("note", &format!("files {why}: {number}"), "", "files-left-out"));
        }
    }
    if left_out > 0 {
        let text =
            format!("{left_out} results of lower severity are left out: no more than {RESULTS} are shown");
        notifications.push(notification("warning", &text, "", "results-left-out"));
    }

    let root = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rolewright",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules::all(),
            } },
            "automationDetails": { "id": "rolewright/" },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "the root of the repository" } },
            },
            "invocations": [{
                "executionSuccessful": able,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    crate::report::json::text(&root)
}

fn notification(level: &str, text: &str, path: &str, name: &str) -> Value {
    let mut notification = json!({
        "descriptor": { "id": name },
        "level": level,
        "message": { "text": text },
    });
    if !path.is_empty()
        && let Some(fields) = notification.as_object_mut()
    {
        let location = json!([{ "physicalLocation": { "artifactLocation": artifact(path) } }]);
        fields.insert("locations".to_owned(), location);
    }
    notification
}

/// The place of a file: relative to the root of the repository, or as a `file:` URI if it lies outside.
fn artifact(path: &str) -> Value {
    if path.starts_with('/') {
        json!({ "uri": format!("file://{}", encoded(path)) })
    } else {
        json!({ "uri": encoded(path), "uriBaseId": "%SRCROOT%" })
    }
}

/// A path as a relative reference: `/` between segments, all but unreserved characters percent-encoded.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            byte => out += &format!("%{byte:02X}"),
        }
    }
    out
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn paths_become_references() {
        assert_eq!(encoded("a b/ü:#?.hcl"), "a%20b/%C3%BC%3A%23%3F.hcl");
    }
}
