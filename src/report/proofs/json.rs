//! The JSON report, version 1. `schemas/test-report.schema.json` describes it.

use serde::Serialize;

use super::{Counts, Problem, Proofs, claim, title};
use crate::model::spec::{Ends, Quantifier};
use crate::report::json;
use crate::report::paths::{HopItem, hop_item};
use crate::report::place::{Places, Site};
use crate::semantics::expectation::{Answer, Coverage, Decider, DeciderKind, Reason, Verdict};

/// The whole report, ending in a newline.
pub fn render(proofs: &Proofs<'_>) -> String {
    let places = Places::new(&proofs.project.sources);
    let root = Root {
        version: 1,
        summary: Counts::of(proofs.verdicts),
        tests: proofs.verdicts.iter().map(|verdict| test(verdict, &places)).collect(),
        coverage: proofs.coverage.map(|coverage| coverage_item(coverage, &places)),
        problems: proofs.problems,
    };
    json::text(&root)
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    summary: Counts,
    tests: Vec<Test<'a>>,
    coverage: Option<CoverageItem<'a>>,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Test<'a> {
    title: String,
    claim: String,
    suite: &'a str,
    place: Site<'a>,
    outcome: &'static str,
    who: Option<&'a str>,
    can: bool,
    on: &'a str,
    never: Option<&'static str>,
    r#in: Option<&'a str>,
    named: Option<&'a str>,
    why: Option<&'a str>,
    answers: Vec<AnswerItem<'a>>,
}

#[derive(Serialize)]
struct AnswerItem<'a> {
    action: &'a str,
    wanted: bool,
    allowed: Option<bool>,
    reasons: Vec<ReasonItem<'a>>,
}

#[derive(Serialize)]
struct ReasonItem<'a> {
    text: &'a str,
    who: Option<&'a str>,
    path: Option<&'a str>,
    place: Option<Site<'a>>,
    role: Option<RoleItem<'a>>,
    rules: Vec<RuleItem<'a>>,
    hops: Vec<HopItem<'a>>,
}

#[derive(Serialize)]
struct RoleItem<'a> {
    name: &'a str,
    place: Site<'a>,
}

#[derive(Serialize)]
struct RuleItem<'a> {
    kind: &'static str,
    owner: &'a str,
    label: &'a str,
    grants: &'a [String],
    place: Option<Site<'a>>,
}

#[derive(Serialize)]
struct CoverageItem<'a> {
    path_rules: Share,
    rbac_rules: Share,
    uncovered: Vec<UncoveredItem<'a>>,
}

#[derive(Serialize)]
struct Share {
    touched: usize,
    all: usize,
}

#[derive(Serialize)]
struct UncoveredItem<'a> {
    kind: &'static str,
    owner: &'a str,
    label: &'a str,
    place: Site<'a>,
}

fn test<'a>(verdict: &'a Verdict<'_>, places: &Places<'a>) -> Test<'a> {
    let expectation = verdict.expectation;
    Test {
        title: title(expectation),
        claim: claim(expectation),
        suite: &expectation.suite,
        place: places.site(expectation.span),
        outcome: verdict.outcome.word(),
        who: match &expectation.who.value {
            Quantifier::One(who) => Some(who),
            _ => None,
        },
        can: expectation.can,
        on: expectation.on.as_str(),
        never: expectation.never.map(Ends::word),
        r#in: expectation.namespace.as_ref().map(|namespace| namespace.as_str()),
        named: expectation.object.as_ref().map(|object| object.as_str()),
        why: verdict.why.as_deref(),
        answers: verdict.answers.iter().map(|it| answer(it, places)).collect(),
    }
}

fn answer<'a>(answer: &'a Answer, places: &Places<'a>) -> AnswerItem<'a> {
    AnswerItem {
        action: &answer.action,
        wanted: answer.wanted,
        allowed: answer.allowed,
        reasons: answer.reasons.iter().map(|it| reason(it, places)).collect(),
    }
}

fn reason<'a>(reason: &'a Reason, places: &Places<'a>) -> ReasonItem<'a> {
    ReasonItem {
        text: &reason.text,
        who: reason.who.as_deref(),
        path: reason.path.as_deref(),
        place: reason.place.map(|span| places.site(span)),
        role: reason.role.as_ref().map(|(name, span)| RoleItem { name, place: places.site(*span) }),
        rules: reason.rules.iter().map(|it| rule(it, places)).collect(),
        hops: reason.hops.iter().map(|it| hop_item(it, places)).collect(),
    }
}

fn rule<'a>(rule: &'a Decider, places: &Places<'a>) -> RuleItem<'a> {
    RuleItem {
        kind: kind(rule.kind),
        owner: &rule.owner,
        label: &rule.label,
        grants: &rule.grants,
        place: rule.span.map(|span| places.site(span)),
    }
}

fn coverage_item<'a>(coverage: &'a Coverage<'_>, places: &Places<'a>) -> CoverageItem<'a> {
    let share = |(touched, all): (usize, usize)| Share { touched, all };
    CoverageItem {
        path_rules: share(coverage.path_rules),
        rbac_rules: share(coverage.rbac_rules),
        uncovered: coverage
            .uncovered
            .iter()
            .map(|it| UncoveredItem {
                kind: kind(it.kind),
                owner: it.owner,
                label: &it.label,
                place: places.site(it.span),
            })
            .collect(),
    }
}

fn kind(kind: DeciderKind) -> &'static str {
    match kind {
        DeciderKind::PathRule => "path-rule",
        DeciderKind::RbacRule => "rbac-rule",
    }
}
