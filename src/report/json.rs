//! The JSON report, version 1. `schemas/report.schema.json` describes it.

use serde::Serialize;

use super::place::Places;
use super::{Report, Summary};
use crate::lint::{Finding, Fix, Safety};
use crate::syntax::Span;

/// The whole report, ending in a newline.
pub fn render(report: &Report<'_>) -> String {
    let places = Places::new(&report.project.sources);
    text(&root(report, &places))
}

/// A report as indented JSON, ending in a newline. It must be made of strings, numbers, lists and maps with words as keys,
/// which cannot fail to be written.
pub fn text(report: &impl Serialize) -> String {
    serde_json::to_string_pretty(report).unwrap_or_default() + "\n"
}

/// The same, one object on each line: its `type` says what it is. The last one is the summary.
pub fn render_lines(report: &Report<'_>) -> String {
    let places = Places::new(&report.project.sources);
    let root = root(report, &places);
    let mut out = String::new();
    out.extend(root.findings.iter().map(|item| row("finding", item)));
    out.extend(root.allowed.iter().map(|item| row("allowed", item)));
    out.extend(root.unread.iter().map(|item| row("unread", item)));
    out.extend(root.templates.iter().map(|item| row("template", item)));
    out.extend(root.internal_errors.iter().map(|item| row("internal_error", item)));
    out + &row("summary", &root.summary)
}

fn row(kind: &'static str, content: &impl Serialize) -> String {
    #[derive(Serialize)]
    struct Row<'a, T: Serialize> {
        r#type: &'a str,
        #[serde(flatten)]
        content: &'a T,
    }
    serde_json::to_string(&Row { r#type: kind, content }).unwrap_or_default() + "\n"
}

fn root<'a>(report: &'a Report<'a>, places: &Places<'a>) -> Root<'a> {
    Root {
        version: 1,
        summary: Summary::of(report),
        findings: report.triaged.shown.iter().map(|finding| item(finding, places)).collect(),
        allowed: report
            .triaged
            .allowed
            .iter()
            .map(|allowed| AllowedItem { finding: item(&allowed.finding, places), reason: &allowed.reason })
            .collect(),
        unread: report
            .unread
            .iter()
            .map(|unread| UnreadItem {
                path: &unread.path,
                message: &unread.message,
                help: unread.help.as_deref(),
                asked_by: unread.asked_by.map(|span| place(span, places)),
            })
            .collect(),
        templates: report.templates().map(|(path, kind)| TemplateItem { path, kind }).collect(),
        internal_errors: report
            .crashes
            .iter()
            .map(|crash| InternalError { part: crash.rule, message: &crash.message })
            .collect(),
    }
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    summary: Summary,
    findings: Vec<Item<'a>>,
    allowed: Vec<AllowedItem<'a>>,
    unread: Vec<UnreadItem<'a>>,
    templates: Vec<TemplateItem<'a>>,
    internal_errors: Vec<InternalError<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    rule: &'a str,
    severity: &'a str,
    category: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: PlaceItem<'a>,
    labels: Vec<LabelItem<'a>>,
    help: Option<&'a str>,
    fix: Option<FixItem<'a>>,
}

#[derive(Serialize)]
struct PlaceItem<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
    byte_start: u32,
    byte_end: u32,
}

#[derive(Serialize)]
struct LabelItem<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: PlaceItem<'a>,
}

#[derive(Serialize)]
struct FixItem<'a> {
    title: &'a str,
    safety: &'a str,
    edits: Vec<EditItem<'a>>,
}

#[derive(Serialize)]
struct EditItem<'a> {
    path: &'a str,
    byte_start: u32,
    byte_end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct AllowedItem<'a> {
    #[serde(flatten)]
    finding: Item<'a>,
    reason: &'a str,
}

#[derive(Serialize)]
struct UnreadItem<'a> {
    path: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    asked_by: Option<PlaceItem<'a>>,
}

#[derive(Serialize)]
struct TemplateItem<'a> {
    path: &'a str,
    kind: &'a str,
}

#[derive(Serialize)]
struct InternalError<'a> {
    part: &'a str,
    message: &'a str,
}

fn item<'a>(finding: &'a Finding, places: &Places<'a>) -> Item<'a> {
    Item {
        rule: finding.rule.name,
        severity: finding.severity.word(),
        category: finding.rule.category.word(),
        message: &finding.message,
        place: place(finding.span, places),
        labels: finding
            .labels
            .iter()
            .map(|label| LabelItem { text: &label.text, place: place(label.span, places) })
            .collect(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| fix_item(fix, places)),
    }
}

fn fix_item<'a>(fix: &'a Fix, places: &Places<'a>) -> FixItem<'a> {
    FixItem {
        title: &fix.title,
        safety: match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        },
        edits: fix
            .edits
            .iter()
            .map(|edit| {
                let bytes = places.in_file(edit.span);
                EditItem {
                    path: places.source(edit.span.source).map_or("", |source| &source.name),
                    byte_start: bytes.start,
                    byte_end: bytes.end,
                    text: &edit.text,
                }
            })
            .collect(),
    }
}

fn place<'a>(span: Span, places: &Places<'a>) -> PlaceItem<'a> {
    let place = places.of(span);
    let bytes = places.in_file(span);
    PlaceItem {
        path: place.path,
        line: place.start.line,
        column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
        byte_start: bytes.start,
        byte_end: bytes.end,
    }
}
