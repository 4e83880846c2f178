//! Carrying out fixes: text edits, all of a fix or none of it, repeated until nothing is left to do.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{Edit, Finding, Fix, Safety};
use crate::syntax::{Source, SourceId, Sources, Span};

/// Most rounds before fixes that do not come to an end are given up.
pub const ROUNDS: usize = 10;

/// What a state of the texts comes to.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings.
    pub findings: Vec<Finding>,
    /// How many syntax errors each text has, in the order of the texts.
    pub errors: Vec<usize>,
}

/// Texts after all fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The new texts, in the order of the old ones.
    pub sources: Sources,
    /// How many fixes were carried out.
    pub applied: usize,
    /// Texts that fixes would have broken: they are as they were, and no fix that touches them was carried out.
    pub left_alone: Vec<SourceId>,
    /// What is found in the new texts.
    pub findings: Vec<Finding>,
}

/// Why fixes were not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// Something is left to fix after [`ROUNDS`] rounds.
    #[error("the fixes of {} do not come to an end", .0.join(", "))]
    Diverges(Vec<&'static str>),
}

/// Carries out fixes until none is left. `lint` says what a state of the texts comes to; with `Safety::Unsafe` unsafe
/// fixes are carried out, too.
pub fn converge(
    sources: &Sources,
    up_to: Safety,
    mut lint: impl FnMut(&Sources) -> Checked,
) -> Result<Fixed, FixError> {
    let mut left_alone = BTreeSet::new();
    loop {
        match attempt(sources, up_to, &left_alone, &mut lint)? {
            Attempt::Done(fixed) => return Ok(fixed),
            Attempt::Breaks(texts) => left_alone.extend(texts),
        }
    }
}

enum Attempt {
    Done(Fixed),
    /// These texts would have more syntax errors than before. Never empty, and none of them was left alone before, so
    /// that attempts come to an end.
    Breaks(Vec<SourceId>),
}

fn attempt(
    sources: &Sources,
    up_to: Safety,
    left_alone: &BTreeSet<SourceId>,
    lint: &mut impl FnMut(&Sources) -> Checked,
) -> Result<Attempt, FixError> {
    let mut sources = sources.clone();
    let mut applied = 0;
    let Checked { mut findings, errors } = lint(&sources);
    for _ in 0..ROUNDS {
        let (next, count) = apply(&sources, &wanted(&findings, up_to, left_alone));
        if count == 0 {
            let left_alone = left_alone.iter().copied().collect();
            return Ok(Attempt::Done(Fixed { sources, applied, left_alone, findings }));
        }
        let checked = lint(&next);
        let more = |(at, source): (usize, &Source)| {
            let count = |errors: &[usize]| errors.get(at).copied().unwrap_or(0);
            (count(&checked.errors) > count(&errors)).then_some(source.id)
        };
        let broken: Vec<SourceId> = next.iter().enumerate().filter_map(more).collect();
        if !broken.is_empty() {
            // A text that breaks though no edit went into it hangs together with all that were edited.
            let edited = sources.iter().zip(next.iter()).filter(|(old, new)| old.text != new.text);
            let edited: Vec<SourceId> = edited.map(|(old, _)| old.id).collect();
            let culprits: Vec<SourceId> = broken.iter().copied().filter(|id| edited.contains(id)).collect();
            return Ok(Attempt::Breaks(if culprits.is_empty() { edited } else { culprits }));
        }
        findings = checked.findings;
        sources = next;
        applied += count;
    }
    let left = findings.iter().filter(|finding| finding.fix.is_some());
    let rules: BTreeSet<&'static str> = left.map(|finding| finding.rule.name).collect();
    Err(FixError::Diverges(rules.into_iter().collect()))
}

fn wanted<'a>(findings: &'a [Finding], up_to: Safety, left_alone: &BTreeSet<SourceId>) -> Vec<&'a Fix> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    fixes
        .filter(|fix| fix.safety == Safety::Safe || up_to == Safety::Unsafe)
        .filter(|fix| !fix.edits.iter().any(|edit| left_alone.contains(&edit.span.source)))
        .collect()
}

/// Carries out the fixes that do not touch each other, the first ones first; gives the texts and how many it were.
pub fn apply(sources: &Sources, fixes: &[&Fix]) -> (Sources, usize) {
    let mut taken = Taken::default();
    let mut applied = 0;
    for fix in fixes {
        let in_text = |edit: &Edit| {
            sources.get(edit.span.source).is_some_and(|source| source.text.get(edit.span.range()).is_some())
        };
        let apart = fix.edits.iter().enumerate().all(|(at, edit)| {
            !fix.edits.iter().skip(at + 1).any(|other| edit != other && touches(edit.span, other.span))
        });
        let fits = fix.edits.iter().all(|edit| in_text(edit) && taken.has_room_for(edit));
        if fits && apart && !fix.edits.is_empty() {
            fix.edits.iter().for_each(|edit| taken.add(edit));
            applied += 1;
        }
    }
    let texts = sources.iter().map(|source| match taken.edits.get(&source.id) {
        Some(edits) => Source { text: edited(&source.text, edits.values().copied()), ..source.clone() },
        None => source.clone(),
    });
    (Sources::new(texts.collect()), applied)
}

/// Edits that do not touch each other, by text, in order.
#[derive(Default)]
struct Taken<'a> {
    edits: BTreeMap<SourceId, BTreeMap<(u32, u32), &'a Edit>>,
}

impl<'a> Taken<'a> {
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
        if crlf && edit.text.contains('\n') && !edit.text.contains('\r') {
            out.push_str(&edit.text.replace('\n', "\r\n"));
        } else {
            out.push_str(&edit.text);
        }
        at = edit.span.range().end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
