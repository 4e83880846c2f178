//! Findings that speak of several places: each place is a finding of its own until comments and baselines have had
//! their say, so that an allowance covers its own block and nothing else. What is left is put together again here.

use std::collections::HashMap;
use std::sync::Arc;

use super::finding::{Finding, Label, Severity};
use super::rule::Context;
use super::triage::Triaged;
use crate::semantics::authority::Uses;
use crate::semantics::rbac::grants::Grant;
use crate::syntax::Span;

/// That a finding is one place of several.
#[derive(Debug, Clone)]
pub struct Place {
    /// What is said where every place is reported.
    whole: Arc<Finding>,
    /// How many places there are.
    places: usize,
    /// The block that the place lies in: of several places in one block, only the first is worth a label.
    block: Span,
    /// What a finding at another place says of this one.
    label: Label,
    /// How many labels the rule itself has put on the finding.
    own_labels: usize,
}

/// A part of what a rule looks at.
struct Part<W> {
    block: Span,
    label: Label,
    alone: W,
}

impl Context<'_> {
    /// Has `check` look at a grant as a whole, and, if that is a finding of several entries, at each entry by itself.
    pub fn in_each_part(&mut self, grant: &Grant<'_>, check: impl Fn(&Grant<'_>, &mut Self)) {
        let parts = grant.parts.iter().map(|part| Part {
            block: part.rule.span,
            label: Label { span: part.resource.span, text: "so does this".to_owned() },
            alone: grant.only(part),
        });
        self.in_places(grant, grant.parts.len(), parts, check);
    }

    /// As [`Context::in_each_part`], for the rules of a policy that reach an authority.
    pub fn in_each_use(&mut self, uses: &Uses<'_>, check: impl Fn(&Uses<'_>, &mut Self)) {
        let parts = uses.iter().map(|it| Part {
            block: it.rule.span,
            label: Label { span: it.rule.path.span, text: "so does this rule".to_owned() },
            alone: Uses { first: *it, others: Vec::new() },
        });
        self.in_places(uses, 1 + uses.others.len(), parts, check);
    }

    /// As [`Context::in_each_part`], for grants of one role that are one finding: together, and by the rule they are of.
    pub fn in_each_rule<'a>(&mut self, grants: &[&Grant<'a>], check: impl Fn(&[Grant<'a>], &mut Self)) {
        let of = |block: Option<Span>| -> Vec<Grant<'a>> {
            grants
                .iter()
                .filter_map(|grant| grant.of_rule(|span| block.is_none_or(|it| it == span)))
                .collect()
        };
        let mut blocks: Vec<Span> =
            grants.iter().flat_map(|grant| &grant.parts).map(|part| part.rule.span).collect();
        blocks.sort_unstable();
        blocks.dedup();
        let parts = blocks.iter().map(|block| Part {
            block: *block,
            label: Label { span: *block, text: "so does this".to_owned() },
            alone: of(Some(*block)),
        });
        self.in_places(&of(None), blocks.len(), parts, |grants, cx| check(grants, cx));
    }

    fn in_places<W>(
        &mut self,
        whole: &W,
        count: usize,
        parts: impl Iterator<Item = Part<W>>,
        check: impl Fn(&W, &mut Self),
    ) {
        let from = self.findings.len();
        check(whole, self);
        if count < 2 || self.findings.len() != from + 1 {
            return;
        }
        let Some(whole) = self.findings.pop().map(Arc::new) else { return };
        for part in parts {
            let before = self.findings.len();
            check(&part.alone, self);
            let mut told = self.findings.iter().take(before).skip(from);
            let again = self.findings.get(before).is_some_and(|new| told.any(|old| old.span == new.span));
            if again {
                self.findings.truncate(before);
            }
            for finding in self.findings.iter_mut().skip(before) {
                finding.place = Some(Box::new(Place {
                    whole: Arc::clone(&whole),
                    places: 0,
                    block: part.block,
                    label: part.label.clone(),
                    own_labels: finding.labels.len(),
                }));
            }
        }
        let places = self.findings.len() - from;
        if places == 0 {
            self.findings.push(Finding::clone(&whole));
        }
        for place in self.findings.iter_mut().skip(from).filter_map(|finding| finding.place.as_mut()) {
            place.places = places;
        }
    }
}

impl Triaged {
    /// Puts findings together that are about the places of one thing, to be shown. Where all places are left, that is
    /// what the rule says of the whole; where only some are, those of which it says the same become one.
    pub fn gather(&mut self) {
        let shown = std::mem::take(&mut self.shown);
        self.shown = gathered(shown, |finding| finding, |_| None);
        let known = std::mem::take(&mut self.known);
        self.known = gathered(known, |finding| finding, |_| None);
        let allowed = std::mem::take(&mut self.allowed);
        self.allowed = gathered(allowed, |it| &mut it.finding, |it| Some(it.directive));
    }
}

/// What is left of the places of one finding.
#[derive(Default)]
struct Left {
    places: usize,
    /// One of them is where the whole is reported.
    has_first: bool,
    severity: Option<Severity>,
    /// Labels that the rule did not put on.
    labels: Vec<Label>,
    /// Positions of what was kept.
    kept: Vec<usize>,
    /// Blocks that were spoken of.
    told: Vec<Span>,
}

/// `finding` gives the finding of an item; only items of which `apart` says the same are put together.
fn gathered<T>(
    mut items: Vec<T>,
    finding: impl Fn(&mut T) -> &mut Finding,
    apart: impl Fn(&T) -> Option<Span>,
) -> Vec<T> {
    let mut groups: HashMap<(*const Finding, Option<Span>), Left> = HashMap::new();
    for item in &mut items {
        let apart = apart(item);
        let finding = finding(item);
        let Some(place) = &finding.place else { continue };
        let left = groups.entry((Arc::as_ptr(&place.whole), apart)).or_default();
        left.places += 1;
        left.has_first |= place.whole.span == finding.span;
        left.severity = left.severity.max(Some(finding.severity));
        left.labels.extend(finding.labels.iter().skip(place.own_labels).cloned());
    }
    if groups.is_empty() {
        return items;
    }
    let mut out: Vec<T> = Vec::with_capacity(items.len());
    for mut item in items {
        let key = apart(&item);
        let own = finding(&mut item);
        let Some(place) = own.place.take() else {
            out.push(item);
            continue;
        };
        let Some(left) = groups.get_mut(&(Arc::as_ptr(&place.whole), key)) else { continue };
        if left.places == place.places && left.has_first {
            if own.span == place.whole.span {
                *own = Finding::clone(&place.whole);
                own.severity = left.severity.unwrap_or(own.severity);
                own.labels.append(&mut left.labels);
                out.push(item);
            }
            continue;
        }
        let is_told = left.told.contains(&place.block);
        left.told.push(place.block);
        let message = &own.message;
        let same = left.kept.iter().copied().find(|at| {
            let kept = out.get_mut(*at);
            kept.is_some_and(|kept| finding(kept).message == *message)
        });
        match same.and_then(|at| out.get_mut(at)).map(&finding) {
            Some(first) => {
                first.severity = first.severity.max(own.severity);
                if !is_told {
                    first.labels.push(place.label);
                }
            }
            None => {
                left.kept.push(out.len());
                out.push(item);
            }
        }
    }
    out
}
