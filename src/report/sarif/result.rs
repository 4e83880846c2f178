//! Findings as SARIF results.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::line_hash::line_hashes;
use super::{artifact, level, rules};
use crate::lint::{Finding, Severity};
use crate::report::Report;
use crate::report::entries::Entry;
use crate::report::place::{Place, Places};
use crate::syntax::{SourceId, Span};

/// GitHub keeps this many related locations of a result.
const RELATED: usize = 100;

/// Results as they are collected.
pub struct Results<'a> {
    report: &'a Report<'a>,
    places: &'a Places<'a>,
    hashes: HashMap<SourceId, Vec<String>>,
    /// Several findings of one rule on one line share GitHub's hash and so make one result.
    known: HashMap<(&'a str, SourceId, u32), usize>,
    list: Vec<Draft<'a>>,
}

struct Draft<'a> {
    finding: &'a Finding,
    fingerprint: String,
    /// The others of the same rule on the same line.
    others: Vec<&'a Finding>,
    line_hash: String,
}

impl<'a> Results<'a> {
    /// None yet.
    pub fn new(report: &'a Report<'a>, places: &'a Places<'a>) -> Results<'a> {
        Results { report, places, hashes: HashMap::new(), known: HashMap::new(), list: Vec::new() }
    }

    /// Adds an entry, if it is a finding.
    pub fn add(&mut self, entry: &Entry<'a>) {
        let Some(finding) = entry.finding else { return };
        let line = self.places.of(finding.span).start.line;
        let key = (finding.rule.name, finding.span.source, line);
        if let Some(draft) = self.known.get(&key).and_then(|at| self.list.get_mut(*at)) {
            draft.others.push(finding);
            return;
        }
        self.known.insert(key, self.list.len());
        let line_hash = self.line_hash(finding.span.source, line);
        self.list.push(Draft {
            finding,
            fingerprint: entry.fingerprint.clone(),
            others: Vec::new(),
            line_hash,
        });
    }

    /// At most `limit` results, those of the highest severity, in the order of the report; and how many are left out.
    pub fn finish(mut self, limit: usize) -> (Vec<Value>, usize) {
        let left_out = self.list.len().saturating_sub(limit);
        if left_out > 0 {
            let mut order: Vec<usize> = (0..self.list.len()).collect();
            let severity = |at: &usize| self.list.get(*at).map(Draft::severity);
            order.sort_by_key(|at| std::cmp::Reverse(severity(at)));
            let mut keep = vec![false; self.list.len()];
            for at in order.into_iter().take(limit) {
                if let Some(keep) = keep.get_mut(at) {
                    *keep = true;
                }
            }
            let mut keep = keep.into_iter();
            self.list.retain(|_| keep.next().unwrap_or(false));
        }
        (self.list.iter().map(|draft| self.result(draft)).collect(), left_out)
    }

    fn line_hash(&mut self, id: SourceId, line: u32) -> String {
        let project = self.report.project;
        let hashes = self.hashes.entry(id).or_insert_with(|| {
            project.sources.get(id).map_or_else(Vec::new, |source| line_hashes(&source.text, source.bom))
        });
        hashes.get(line.saturating_sub(1) as usize).cloned().unwrap_or_default()
    }

    fn result(&self, draft: &Draft<'_>) -> Value {
        let finding = draft.finding;
        let mut text = sentences(finding);
        for other in &draft.others {
            text += &format!("\n{}", sentences(other));
        }
        let mut result = Map::new();
        result.insert("ruleId".to_owned(), json!(finding.rule.name));
        if let Some(index) = rules::index(finding.rule) {
            result.insert("ruleIndex".to_owned(), json!(index));
        }
        result.insert("level".to_owned(), json!(level(draft.severity())));
        result.insert("message".to_owned(), json!({ "text": text }));
        result.insert("locations".to_owned(), json!([self.primary(finding.span)]));
        let related = self.related(draft);
        if !related.is_empty() {
            result.insert("relatedLocations".to_owned(), json!(related));
        }
        if let Some(flow) = self.code_flow(finding) {
            result.insert("codeFlows".to_owned(), flow);
        }
        result.insert(
            "partialFingerprints".to_owned(),
            json!({ "primaryLocationLineHash": draft.line_hash, "rolewright/v1": draft.fingerprint }),
        );
        Value::Object(result)
    }

    /// GitHub shows a result in a pull request only if all its lines are in the diff: so the region is the first line
    /// of the finding, and all of it is the context.
    fn primary(&self, span: Span) -> Value {
        let place = self.places.of(span);
        let mut physical = Map::new();
        physical.insert("artifactLocation".to_owned(), artifact(place.path));
        if place.start.line == place.end.line {
            physical.insert("region".to_owned(), region(&place));
        } else {
            physical.insert("region".to_owned(), region(&self.places.of(self.first_line(span))));
            physical.insert("contextRegion".to_owned(), region(&place));
        }
        json!({ "physicalLocation": physical })
    }

    fn first_line(&self, span: Span) -> Span {
        let text = self.places.source(span.source).map_or("", |source| source.slice(span));
        let length = text.find(['\n', '\r']).unwrap_or(text.len());
        Span { end: span.after_start(length).end, ..span }
    }

    fn related(&self, draft: &Draft<'_>) -> Vec<Value> {
        let labels = draft.finding.labels.iter().map(|label| (label.span, label.text.as_str()));
        let others = draft.others.iter().flat_map(|other| {
            let labels = other.labels.iter().map(|label| (label.span, label.text.as_str()));
            std::iter::once((other.span, other.message.as_str())).chain(labels)
        });
        let numbered = labels.chain(others).take(RELATED).zip(1..);
        numbered
            .map(|((span, text), id)| {
                let mut location = self.location(span, text);
                if let Some(fields) = location.as_object_mut() {
                    fields.insert("id".to_owned(), json!(id));
                }
                location
            })
            .collect()
    }

    /// The way through several files that a finding rests on, as steps, the finding itself last.
    fn code_flow(&self, finding: &Finding) -> Option<Value> {
        let elsewhere = finding.labels.iter().any(|label| label.span.source != finding.span.source);
        if !elsewhere {
            return None;
        }
        let labels = finding.labels.iter().map(|label| (label.span, label.text.as_str()));
        let steps: Vec<Value> = labels
            .take(RELATED)
            .chain([(finding.span, finding.message.as_str())])
            .map(|(span, text)| json!({ "location": self.location(span, text) }))
            .collect();
        Some(json!([{ "threadFlows": [{ "locations": steps }] }]))
    }

    fn location(&self, span: Span, text: &str) -> Value {
        let place = self.places.of(span);
        json!({
            "physicalLocation": { "artifactLocation": artifact(place.path), "region": region(&place) },
            "message": { "text": text },
        })
    }
}

impl Draft<'_> {
    fn severity(&self) -> Severity {
        let others = self.others.iter().map(|other| other.severity);
        others.chain([self.finding.severity]).max().unwrap_or(Severity::Note)
    }
}

/// Message and remedy as sentences. Brackets would be read as links, so they are escaped.
fn sentences(finding: &Finding) -> String {
    let text = match &finding.help {
        Some(help) => format!("{}\n{}", ended(&finding.message), ended(help)),
        None => ended(&finding.message),
    };
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn ended(phrase: &str) -> String {
    if phrase.ends_with(['.', '?', '!']) { phrase.to_owned() } else { format!("{phrase}.") }
}

fn region(place: &Place<'_>) -> Value {
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    })
}
