//! Carrying out fixes: text edits, all of a fix or none of it, repeated until nothing is left to do.

use super::finding::{Edit, Finding, Fix, Safety};
use crate::syntax::{Source, SourceId, Sources};

/// Most rounds before a fix that does not converge is given up.
pub const ROUNDS: usize = 10;

/// Texts after all fixes.
#[derive(Debug)]
pub struct Fixed {
    /// The new texts, in the order of the old ones.
    pub sources: Sources,
    /// How many fixes were carried out.
    pub applied: usize,
}

/// Why fixes were not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// A text would no longer parse.
    #[error("the fixes would leave more syntax errors than there were")]
    Breaks,
    /// Something is left to fix after [`ROUNDS`] rounds.
    #[error("the fixes do not come to an end")]
    Diverges,
}

/// Carries out fixes until none is left. `lint` gives the findings and the number of syntax errors of a state of the
/// texts; with `Safety::Unsafe` unsafe fixes are carried out, too.
pub fn converge(
    sources: Sources,
    up_to: Safety,
    mut lint: impl FnMut(&Sources) -> (Vec<Finding>, usize),
) -> Result<Fixed, FixError> {
    let (mut findings, errors) = lint(&sources);
    let mut fixed = Fixed { sources, applied: 0 };
    for _ in 0..ROUNDS {
        let fixes: Vec<&Fix> = findings
            .iter()
            .filter_map(|finding| finding.fix.as_ref())
            .filter(|fix| fix.safety == Safety::Safe || up_to == Safety::Unsafe)
            .collect();
        if fixes.is_empty() {
            return Ok(fixed);
        }
        let (sources, applied) = apply(&fixed.sources, &fixes);
        if applied == 0 {
            return Ok(fixed);
        }
        let (next, left) = lint(&sources);
        if left > errors {
            return Err(FixError::Breaks);
        }
        findings = next;
        fixed = Fixed { sources, applied: fixed.applied + applied };
    }
    Err(FixError::Diverges)
}

/// Carries out the fixes that do not touch each other, the first ones first; gives the texts and how many it were.
pub fn apply(sources: &Sources, fixes: &[&Fix]) -> (Sources, usize) {
    let mut taken: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        let fits = fix.edits.iter().all(|edit| {
            let source = sources.get(edit.span.source);
            let in_text = source.is_some_and(|source| source.text.get(edit.span.range()).is_some());
            in_text && !taken.iter().any(|other| touches(edit, other))
        });
        let apart = fix
            .edits
            .iter()
            .enumerate()
            .all(|(at, edit)| !fix.edits.iter().skip(at + 1).any(|other| touches(edit, other)));
        if fits && apart && !fix.edits.is_empty() {
            taken.extend(&fix.edits);
            applied += 1;
        }
    }
    let texts = sources.iter().map(|source| {
        let edits: Vec<&Edit> = taken.iter().copied().filter(|edit| edit.span.source == source.id).collect();
        Source { text: edited(&source.text, source.id, edits), ..source.clone() }
    });
    (Sources::new(texts.collect()), applied)
}

/// True if the order of the two edits would matter.
fn touches(a: &Edit, b: &Edit) -> bool {
    if a.span.source != b.span.source || a == b {
        return false;
    }
    let empty = a.span.start == a.span.end || b.span.start == b.span.end;
    if empty {
        a.span.start <= b.span.end && b.span.start <= a.span.end
    } else {
        a.span.start < b.span.end && b.span.start < a.span.end
    }
}

fn edited(text: &str, source: SourceId, mut edits: Vec<&Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        debug_assert_eq!(edit.span.source, source);
        out.push_str(text.get(at..edit.span.range().start).unwrap_or(""));
        out.push_str(&edit.text);
        at = edit.span.range().end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}
