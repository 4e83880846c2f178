//! The JSON report, version 1. `schemas/diff-report.schema.json` describes it.

use serde::Serialize;

use super::{Changes, Counts, Problem, Sites, direction_word, grant_name, side_word};
use crate::report::json;
use crate::semantics::comparison::{Change, Doubt, Evidence, Side, What};
use crate::syntax::Span;

/// The whole report, ending in a newline.
pub fn render(changes: &Changes<'_>) -> String {
    let sites = Sites::of(changes);
    let comparison = changes.comparison;
    let root = Root {
        version: 1,
        old: changes.old.label,
        new: changes.new.label,
        summary: Counts::of(comparison),
        changes: comparison.changes.iter().map(|change| item(change, &sites)).collect(),
        doubts: comparison.doubts.iter().map(|it| remark(it, &sites)).collect(),
        notes: comparison.notes.iter().map(|it| remark(it, &sites)).collect(),
        contradictions: &comparison.contradictions,
        problems: changes.problems,
    };
    json::text(&root)
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    old: &'a str,
    new: &'a str,
    summary: Counts,
    changes: Vec<Item<'a>>,
    doubts: Vec<Remark<'a>>,
    notes: Vec<Remark<'a>>,
    contradictions: &'a [String],
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Item<'a> {
    direction: &'static str,
    who: &'a [String],
    #[serde(flatten)]
    what: WhatItem<'a>,
    evidence: Vec<Remark<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum WhatItem<'a> {
    Paths {
        namespace: &'a str,
        capabilities: Vec<&'static str>,
        pattern: &'a str,
        witness: &'a str,
        before: &'static str,
        after: &'static str,
        conditions: Option<ConditionsItem<'a>>,
        carrying: Option<&'a str>,
    },
    Objects {
        verbs: &'a [String],
        on: &'a str,
        name: Option<&'a str>,
        namespace: Option<&'a str>,
        witness: &'a str,
    },
    Logins {
        role: &'a str,
        witness: &'a str,
    },
    Setting {
        of: &'a str,
        name: &'a str,
        before: Option<&'a str>,
        after: Option<&'a str>,
    },
}

#[derive(Serialize)]
struct ConditionsItem<'a> {
    before: &'a str,
    after: &'a str,
}

#[derive(Serialize)]
struct Remark<'a> {
    side: &'static str,
    text: &'a str,
    place: Option<Place<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    text: &'a str,
}

fn item<'a>(change: &'a Change, sites: &Sites<'a>) -> Item<'a> {
    Item {
        direction: direction_word(change.direction),
        who: &change.who,
        what: what(&change.what),
        evidence: change.evidence.iter().map(|it| evidence(it, sites)).collect(),
    }
}

fn what(what: &What) -> WhatItem<'_> {
    match what {
        What::Paths { namespace, capabilities, pattern, witness, before, after, conditions, carrying } => {
            WhatItem::Paths {
                namespace,
                capabilities: capabilities.iter().map(|capability| capability.word()).collect(),
                pattern,
                witness,
                before: grant_name(*before),
                after: grant_name(*after),
                conditions: conditions.as_ref().map(|(before, after)| ConditionsItem { before, after }),
                carrying: carrying.as_deref(),
            }
        }
        What::Objects { verbs, on, name, namespace, witness } => {
            WhatItem::Objects { verbs, on, name: name.as_deref(), namespace: namespace.as_deref(), witness }
        }
        What::Logins { role, witness } => WhatItem::Logins { role, witness },
        What::Setting { of, name, before, after } => {
            WhatItem::Setting { of, name, before: before.as_deref(), after: after.as_deref() }
        }
    }
}

fn evidence<'a>(evidence: &'a Evidence, sites: &Sites<'a>) -> Remark<'a> {
    Remark {
        side: side_word(evidence.side),
        text: &evidence.text,
        place: place(sites, evidence.side, evidence.span),
    }
}

fn remark<'a>(doubt: &'a Doubt, sites: &Sites<'a>) -> Remark<'a> {
    Remark {
        side: side_word(doubt.side),
        text: &doubt.text,
        place: doubt.place.and_then(|span| place(sites, doubt.side, span)),
    }
}

fn place<'a>(sites: &Sites<'a>, side: Side, span: Span) -> Option<Place<'a>> {
    let site = sites.at(side, span)?;
    Some(Place { path: site.path, line: site.line, column: site.column, text: site.text })
}
