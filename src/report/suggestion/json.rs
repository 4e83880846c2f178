//! The JSON report, version 1. `schemas/suggest-report.schema.json` describes it.

use serde::Serialize;

use super::{Counts, Suggested, patch};
use crate::model::vault::capability::CapabilitySet;
use crate::model::vault::policy::PolicyOrigin;
use crate::report::json;
use crate::report::place::{Places, Site};
use crate::semantics::least::{Need, NeedSource, Outcome, PolicyAnswer, Remark, RoleAnswer, Standing};

/// The whole report, ending in a newline.
pub fn render(suggested: &Suggested<'_>) -> String {
    let places = Places::new(&suggested.project.sources);
    let suggestions = suggested.suggestions;
    let policies = suggestions.policies.iter().zip(suggested.texts);
    let root = Root {
        version: 1,
        summary: Counts::of(suggestions),
        roles: suggestions.roles.iter().map(|it| role(it, &places)).collect(),
        policies: policies.map(|(it, text)| policy(it, text.as_deref(), &places)).collect(),
        files: suggested
            .files
            .iter()
            .map(|change| FileItem { path: &change.path, patch: patch(change), text: &change.new })
            .collect(),
        together: suggested.paths_together(),
        caveats: suggestions.caveats.iter().map(|it| remark(it, &places)).collect(),
    };
    json::text(&root)
}

#[derive(Serialize)]
struct Root<'a> {
    version: u32,
    summary: Counts,
    roles: Vec<RoleItem<'a>>,
    policies: Vec<PolicyItem<'a>>,
    files: Vec<FileItem<'a>>,
    together: Vec<Vec<&'a str>>,
    caveats: Vec<RemarkItem<'a>>,
}

#[derive(Serialize)]
struct RoleItem<'a> {
    name: &'a str,
    place: Site<'a>,
    policies: &'a [String],
    needs: Vec<NeedItem<'a>>,
    withheld: Vec<RemarkItem<'a>>,
    caveats: Vec<RemarkItem<'a>>,
}

#[derive(Serialize)]
struct NeedItem<'a> {
    who: Option<&'a str>,
    capability: &'static str,
    on: &'a str,
    standing: &'static str,
    source: &'static str,
    by: &'a str,
    place: Site<'a>,
}

#[derive(Serialize)]
struct PolicyItem<'a> {
    name: &'a str,
    place: Site<'a>,
    origin: &'static str,
    roles: &'a [String],
    outcome: &'static str,
    by_hand: bool,
    why_by_hand: Option<&'a str>,
    hcl: Option<&'a str>,
    surplus: Vec<SurplusItem<'a>>,
    kept: Vec<KeptItem<'a>>,
    withheld: Vec<RemarkItem<'a>>,
}

#[derive(Serialize)]
struct SurplusItem<'a> {
    path: &'a str,
    granted: Vec<&'static str>,
    now: Vec<GrantItem<'a>>,
    closed: Vec<GrantItem<'a>>,
    place: Site<'a>,
}

#[derive(Serialize)]
struct GrantItem<'a> {
    path: &'a str,
    capabilities: Vec<&'static str>,
}

#[derive(Serialize)]
struct KeptItem<'a> {
    path: &'a str,
    why: &'a str,
    place: Site<'a>,
}

#[derive(Serialize)]
struct FileItem<'a> {
    path: &'a str,
    patch: String,
    text: &'a str,
}

#[derive(Serialize)]
struct RemarkItem<'a> {
    text: &'a str,
    place: Option<Site<'a>>,
}

fn remark<'a>(remark: &'a Remark, places: &Places<'a>) -> RemarkItem<'a> {
    RemarkItem { text: &remark.text, place: remark.span.map(|span| places.site(span)) }
}

fn role<'a>(role: &'a RoleAnswer, places: &Places<'a>) -> RoleItem<'a> {
    RoleItem {
        name: &role.name,
        place: places.site(role.span),
        policies: &role.policies,
        needs: role.needs.iter().map(|it| need(it, places)).collect(),
        withheld: role.withheld.iter().map(|it| remark(it, places)).collect(),
        caveats: role.caveats.iter().map(|it| remark(it, places)).collect(),
    }
}

fn need<'a>(need: &'a Need, places: &Places<'a>) -> NeedItem<'a> {
    NeedItem {
        who: need.who.as_deref(),
        capability: need.capability.word(),
        on: &need.on,
        standing: match need.standing {
            Standing::Granted => "granted",
            Standing::InPart => "in-part",
            Standing::Unclear => "unclear",
            Standing::Missing => "missing",
        },
        source: match need.source {
            NeedSource::Expectation => "expectation",
            NeedSource::Workload | NeedSource::Upkeep => "workload",
        },
        by: &need.by,
        place: places.site(need.span),
    }
}

fn policy<'a>(policy: &'a PolicyAnswer, text: Option<&'a str>, places: &Places<'a>) -> PolicyItem<'a> {
    let (outcome, narrowed, withheld) = match &policy.outcome {
        Outcome::Withheld(why) => ("withheld", None, why.as_slice()),
        Outcome::Least => ("least", None, &[][..]),
        Outcome::Narrowed(narrowed) if narrowed.policy.path_rules.is_empty() => {
            ("unneeded", Some(narrowed), &[][..])
        }
        Outcome::Narrowed(narrowed) => ("narrowed", Some(narrowed), &[][..]),
    };
    let surplus = narrowed.iter().flat_map(|narrowed| &narrowed.surplus).map(|it| SurplusItem {
        path: &it.path,
        granted: words(it.granted),
        now: it.now.iter().map(grant).collect(),
        closed: it.closed.iter().map(grant).collect(),
        place: places.site(it.span),
    });
    let kept = narrowed.iter().flat_map(|narrowed| &narrowed.kept);
    let kept = kept.map(|it| KeptItem { path: &it.path, why: &it.why, place: places.site(it.span) });
    PolicyItem {
        name: &policy.name,
        place: places.site(policy.span),
        origin: match policy.origin {
            PolicyOrigin::HclFile => "hcl-file",
            PolicyOrigin::JsonFile => "json-file",
            PolicyOrigin::SpecPaths => "spec-paths",
            PolicyOrigin::SpecText => "spec-text",
            PolicyOrigin::Grant => "grant",
        },
        roles: &policy.roles,
        outcome,
        by_hand: policy.by_hand.is_some(),
        why_by_hand: policy.by_hand.as_deref(),
        hcl: text,
        surplus: surplus.collect(),
        kept: kept.collect(),
        withheld: withheld.iter().map(|it| remark(it, places)).collect(),
    }
}

fn grant((path, held): &(String, CapabilitySet)) -> GrantItem<'_> {
    GrantItem { path, capabilities: words(*held) }
}

fn words(held: CapabilitySet) -> Vec<&'static str> {
    held.iter().map(|capability| capability.word()).collect()
}
