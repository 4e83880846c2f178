//! All that a report for machines has to carry, in one shape: findings, inputs that could not be read, failed parts.

use std::collections::HashMap;

use super::Report;
use super::place::Places;
use crate::lint::anchor::Anchors;
use crate::lint::{Finding, Severity};
use crate::syntax::Span;

/// The name under which unread inputs stand in formats that want a rule.
pub const UNREAD: &str = "unread-input";
/// The name under which failed parts of this program stand.
pub const INTERNAL: &str = "internal-error";

/// One thing to report.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The rule's name, or [`UNREAD`], or [`INTERNAL`].
    pub name: &'a str,
    /// How bad.
    pub severity: Severity,
    /// The phrase.
    pub message: String,
    /// The remedy.
    pub help: Option<&'a str>,
    /// Path as shown to the user; empty for a failed part.
    pub path: &'a str,
    /// Where in the file, if it is about a place.
    pub span: Option<Span>,
    /// The finding, if it is one.
    pub finding: Option<&'a Finding>,
    /// Different for all entries of a report; stays the same when a file is reformatted or its blocks are moved.
    pub fingerprint: String,
}

impl Entry<'_> {
    /// Message and remedy as one text.
    pub fn text(&self) -> String {
        match self.help {
            Some(help) => format!("{}; {help}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The entries in the order of the report: what could not be done first, then findings by place.
pub fn entries<'a>(report: &Report<'a>, places: &Places<'a>) -> Vec<Entry<'a>> {
    let unread = report.unread.iter().map(|unread| Entry {
        name: UNREAD,
        severity: Severity::Error,
        message: unread.message.clone(),
        help: unread.help.as_deref(),
        path: &unread.path,
        span: None,
        finding: None,
        fingerprint: String::new(),
    });
    let crashes = report.crashes.iter().map(|crash| Entry {
        name: INTERNAL,
        severity: Severity::Error,
        message: format!("`{}` failed: {}; this is a bug of rolewright", crash.rule, crash.message),
        help: None,
        path: "",
        span: None,
        finding: None,
        fingerprint: String::new(),
    });
    let findings = report.triaged.shown.iter().map(|finding| Entry {
        name: finding.rule.name,
        severity: finding.severity,
        message: finding.message.clone(),
        help: finding.help.as_deref(),
        path: places.of(finding.span).path,
        span: Some(finding.span),
        finding: Some(finding),
        fingerprint: String::new(),
    });
    let mut entries: Vec<Entry<'a>> = crashes.chain(unread).chain(findings).collect();
    fingerprint(&mut entries, report);
    entries
}

/// Gives each entry its fingerprint; of several that mean the same, the later ones are told apart by a number.
fn fingerprint(entries: &mut [Entry<'_>], report: &Report<'_>) {
    let anchors = Anchors::new(report.project);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for entry in entries {
        let mut anchor = match entry.finding {
            Some(finding) => anchors.of(finding),
            None => crate::lint::anchor::Anchor {
                rule: entry.name.to_owned(),
                path: entry.path.to_owned(),
                object: String::new(),
                words: entry.message.clone(),
            },
        };
        let again = seen.entry(anchor.fingerprint()).or_insert(0);
        *again += 1;
        if *again > 1 {
            anchor.words += &format!("#{again}");
        }
        entry.fingerprint = anchor.fingerprint();
    }
}
