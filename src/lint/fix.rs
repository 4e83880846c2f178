//! Carrying out fixes: text edits, all of a fix or none of it, repeated until nothing is left to do.
//!
//! Two things hold after every round: no text has more syntax errors than before, and every suppression comment covers
//! what it covered ([`coverage`](super::coverage)). A fix that would break one of them is held back, alone.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{self, Edited};
use super::finding::{Edit, Finding, Fix, Safety};
use super::rule::Check;
use crate::syntax::directive::Directive;
use crate::syntax::{Source, SourceId, Sources, Span};

/// Most rounds before the fixes of a text are given up.
pub const ROUNDS: usize = 10;

/// What a state of the texts comes to.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// How many syntax errors each text has, in the order of the texts.
    pub errors: Vec<usize>,
    /// The suppression comments.
    pub directives: Vec<Directive>,
}

/// Texts after all fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The new texts, in the order of the old ones.
    pub sources: Sources,
    /// For each fix that was carried out, the text that it is about.
    pub applied: Vec<SourceId>,
    /// Fixes that would do harm, and were not carried out.
    pub held_back: Vec<HeldBack>,
    /// Texts whose fixes do not come to an end: they are as they were.
    pub unsettled: Vec<Unsettled>,
    /// What is found in the new texts.
    pub findings: Vec<Finding>,
}

/// A fix that was not carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldBack {
    /// The rule that proposes it.
    pub rule: &'static str,
    /// The finding's place in the new texts.
    pub span: Span,
    /// What it would do.
    pub harm: Harm,
}

/// What a fix must not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Harm {
    /// The text would have more syntax errors.
    Breaks,
    /// A suppression comment would cover something else.
    MovesAllowance,
}

/// A text whose fixes undo each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The text.
    pub source: SourceId,
    /// The rules that still had something to fix after [`ROUNDS`] rounds.
    pub rules: Vec<&'static str>,
}

/// Carries out fixes until none is left. `lint` says what a state of the texts comes to; with `Safety::Unsafe` unsafe
/// fixes are carried out, too.
pub fn converge(sources: &Sources, up_to: Safety, mut lint: impl FnMut(&Sources) -> Checked) -> Fixed {
    let mut left_alone = LeftAlone::new();
    loop {
        match attempt(sources, up_to, &left_alone, &mut lint) {
            Ok(fixed) => return fixed,
            // None of them was left alone before, so that attempts come to an end.
            Err(more) => left_alone.extend(more),
        }
    }
}

/// The texts that are left alone, with the rules that are to blame.
type LeftAlone = BTreeMap<SourceId, BTreeSet<&'static str>>;

fn attempt(
    sources: &Sources,
    up_to: Safety,
    left_alone: &LeftAlone,
    lint: &mut impl FnMut(&Sources) -> Checked,
) -> Result<Fixed, LeftAlone> {
    let mut sources = sources.clone();
    let mut applied = Vec::new();
    let mut checked = lint(&sources);
    let mut last = LeftAlone::new();
    for _ in 0..ROUNDS {
        let wanted = wanted(&checked.findings, up_to, left_alone);
        let Round { next, carried, held_back } = round(&sources, &checked, wanted, lint);
        let Some((texts, after)) = next else {
            let unsettled = left_alone
                .iter()
                .map(|(source, rules)| Unsettled { source: *source, rules: rules.iter().copied().collect() });
            let unsettled = unsettled.collect();
            return Ok(Fixed { sources, applied, held_back, unsettled, findings: checked.findings });
        };
        last.clear();
        for Candidate { finding, fix } in carried {
            applied.extend(fix.edits.first().map(|edit| edit.span.source));
            for edit in &fix.edits {
                last.entry(edit.span.source).or_default().insert(finding.rule.name);
            }
        }
        (sources, checked) = (texts, after);
    }
    Err(last)
}

/// A finding with its fix.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    finding: &'a Finding,
    fix: &'a Fix,
}

fn wanted<'a>(findings: &'a [Finding], up_to: Safety, left_alone: &LeftAlone) -> Vec<Candidate<'a>> {
    let candidates =
        findings.iter().filter_map(|finding| Some(Candidate { finding, fix: finding.fix.as_ref()? }));
    candidates
        .filter(|Candidate { fix, .. }| fix.safety == Safety::Safe || up_to == Safety::Unsafe)
        .filter(|Candidate { fix, .. }| {
            !fix.edits.iter().any(|edit| left_alone.contains_key(&edit.span.source))
        })
        .collect()
}

struct Round<'a> {
    /// The texts after it and what they come to; nothing if no fix was carried out.
    next: Option<(Sources, Checked)>,
    carried: Vec<Candidate<'a>>,
    held_back: Vec<HeldBack>,
}

/// Carries out as many fixes as fit beside each other and do no harm: all at once where that goes well, else in halves,
/// so that a culprit among many is found in few steps.
fn round<'a>(
    sources: &Sources,
    checked: &Checked,
    wanted: Vec<Candidate<'a>>,
    lint: &mut impl FnMut(&Sources) -> Checked,
) -> Round<'a> {
    let mut round = Round { next: None, carried: Vec::new(), held_back: Vec::new() };
    let mut groups = vec![wanted];
    while let Some(group) = groups.pop() {
        let together: Vec<Candidate<'a>> = round.carried.iter().copied().chain(group).collect();
        let fixes: Vec<&Fix> = together.iter().map(|candidate| candidate.fix).collect();
        let (taken, fitting) = Taken::of(sources, &fixes);
        let fitting: Vec<Candidate<'a>> =
            fitting.into_iter().filter_map(|at| together.get(at).copied()).collect();
        let mut group: Vec<Candidate<'a>> = fitting.iter().skip(round.carried.len()).copied().collect();
        let Some(first) = group.first().copied() else { continue };
        let next = taken.texts(sources);
        let after = lint(&next);
        let Some((harm, texts)) = harm(sources, checked, &next, &after, &fitting) else {
            (round.next, round.carried) = (Some((next, after)), fitting);
            continue;
        };
        if group.len() == 1 {
            let Finding { rule, span, .. } = first.finding;
            round.held_back.push(HeldBack { rule: rule.name, span: *span, harm });
            continue;
        }
        let suspect = |candidate: &Candidate<'a>| {
            candidate.fix.edits.iter().any(|edit| texts.contains(&edit.span.source))
        };
        let (suspects, others): (Vec<_>, Vec<_>) = group.iter().copied().partition(suspect);
        if suspects.is_empty() || others.is_empty() {
            let second = group.split_off(group.len() / 2);
            groups.extend([second, group]);
        } else {
            groups.extend([suspects, others]);
        }
    }
    round
}

/// What these fixes do that they must not, and in which texts.
fn harm(
    sources: &Sources,
    before: &Checked,
    next: &Sources,
    after: &Checked,
    carried: &[Candidate<'_>],
) -> Option<(Harm, BTreeSet<SourceId>)> {
    let count = |errors: &[usize], at: usize| errors.get(at).copied().unwrap_or(0);
    let broken =
        next.iter().enumerate().filter(|(at, _)| count(&after.errors, *at) > count(&before.errors, *at));
    let broken: BTreeSet<SourceId> = broken.map(|(_, source)| source.id).collect();
    if !broken.is_empty() {
        return Some((Harm::Breaks, broken));
    }
    let mut edited: BTreeMap<SourceId, Edited<'_>> = BTreeMap::new();
    for Candidate { finding, fix } in carried {
        let about_comments = matches!(finding.rule.check, Check::Engine);
        for edit in &fix.edits {
            let Some(source) = sources.get(edit.span.source) else { continue };
            edited.entry(source.id).or_insert_with(|| Edited::of(source)).add(edit, about_comments);
        }
    }
    let moved = edited.into_iter().filter(|(id, edited)| {
        let text = next.get(*id).map_or("", |source| source.text.as_str());
        !coverage::is_kept(&before.directives, &after.directives, edited, text)
    });
    let moved: BTreeSet<SourceId> = moved.map(|(id, _)| id).collect();
    (!moved.is_empty()).then_some((Harm::MovesAllowance, moved))
}

/// Carries out the fixes that do not touch each other, the first ones first; gives the texts and how many it were.
pub fn apply(sources: &Sources, fixes: &[&Fix]) -> (Sources, usize) {
    let (taken, fitting) = Taken::of(sources, fixes);
    (taken.texts(sources), fitting.len())
}

/// Edits that do not touch each other, by text, in order.
#[derive(Default)]
struct Taken<'a> {
    edits: BTreeMap<SourceId, BTreeMap<(u32, u32), &'a Edit>>,
}

impl<'a> Taken<'a> {
    /// The fixes that fit beside each other, the first ones first, and which they are.
    fn of(sources: &Sources, fixes: &[&'a Fix]) -> (Taken<'a>, Vec<usize>) {
        let mut taken = Taken::default();
        let mut fitting = Vec::new();
        for (number, fix) in fixes.iter().enumerate() {
            let in_text = |edit: &Edit| {
                sources
                    .get(edit.span.source)
                    .is_some_and(|source| source.text.get(edit.span.range()).is_some())
            };
            let apart = fix.edits.iter().enumerate().all(|(at, edit)| {
                !fix.edits.iter().skip(at + 1).any(|other| edit != other && touches(edit.span, other.span))
            });
            let fits = fix.edits.iter().all(|edit| in_text(edit) && taken.has_room_for(edit));
            if fits && apart && !fix.edits.is_empty() {
                fix.edits.iter().for_each(|edit| taken.add(edit));
                fitting.push(number);
            }
        }
        (taken, fitting)
    }

    fn texts(&self, sources: &Sources) -> Sources {
        let texts = sources.iter().map(|source| match self.edits.get(&source.id) {
            Some(edits) => Source { text: edited(&source.text, edits.values().copied()), ..source.clone() },
            None => source.clone(),
        });
        Sources::new(texts.collect())
    }

    /// True if the order of this edit and of those taken does not matter.
    fn has_room_for(&self, edit: &Edit) -> bool {
        let Some(edits) = self.edits.get(&edit.span.source) else { return true };
        let key = (edit.span.start, edit.span.end);
        let before = edits.range(..=key).next_back();
        let after = edits.range(key..).next();
        before.into_iter().chain(after).all(|(_, other)| *other == edit || !touches(edit.span, other.span))
    }

    fn add(&mut self, edit: &'a Edit) {
        let edits = self.edits.entry(edit.span.source).or_default();
        edits.insert((edit.span.start, edit.span.end), edit);
    }
}

/// True if the order of edits at these places would matter.
fn touches(a: Span, b: Span) -> bool {
    if a.source != b.source {
        return false;
    }
    let empty = a.start == a.end || b.start == b.end;
    if empty { a.start <= b.end && b.start <= a.end } else { a.start < b.end && b.start < a.end }
}

fn edited<'a>(text: &str, edits: impl Iterator<Item = &'a Edit>) -> String {
    let crlf = text.contains("\r\n");
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.range().start).unwrap_or(""));
        out.push_str(&edit.text_in(crlf));
        at = edit.span.range().end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
