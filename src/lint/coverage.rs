//! What suppression comments cover, before and after a text was edited.
//!
//! An allowance is for the block that it was written for. An edit that takes the block away and leaves the comment would
//! make it cover the next one, which nobody allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Edit;
use crate::syntax::directive::Directive;
use crate::syntax::{Source, SourceId, Span};

/// The edits of one text.
#[derive(Debug)]
pub struct Edited<'a> {
    source: SourceId,
    crlf: bool,
    /// In order; true for those that are about suppression comments themselves.
    edits: Vec<(&'a Edit, bool)>,
}

impl<'a> Edited<'a> {
    /// A text without edits.
    pub fn of(source: &Source) -> Edited<'a> {
        Edited { source: source.id, crlf: source.text.contains("\r\n"), edits: Vec::new() }
    }

    /// Adds an edit, which touches none of the others unless it is the same. `about_comments` says that changing or
    /// removing a suppression comment is its purpose.
    pub fn add(&mut self, edit: &'a Edit, about_comments: bool) {
        let key = (edit.span.start, edit.span.end);
        let at = self.edits.partition_point(|(other, _)| (other.span.start, other.span.end) < key);
        match self.edits.get_mut(at) {
            Some((other, purpose)) if *other == edit => *purpose |= about_comments,
            _ => self.edits.insert(at, (edit, about_comments)),
        }
    }

    /// Where a place of the old text lies in the new one: the first and the last offset that it could be taken for.
    fn find(&self, offset: u32) -> (usize, usize) {
        let offset = offset as usize;
        let (mut written, mut removed) = (0, 0);
        let mut found: Option<(usize, usize)> = None;
        for (edit, _) in &self.edits {
            let range = edit.span.range();
            if offset < range.start {
                break;
            }
            let start = range.start + written - removed;
            let length = edit.text_in(self.crlf).len();
            if offset <= range.end {
                found = Some((found.map_or(start, |(first, _)| first), start + length));
            }
            written += length;
            removed += range.len();
        }
        found.unwrap_or_else(|| (offset + written - removed, offset + written - removed))
    }

    /// The edits that reach into a place.
    fn into(&self, span: Span) -> impl Iterator<Item = &(&'a Edit, bool)> {
        self.edits.iter().filter(move |(edit, _)| edit.span.start < span.end && span.start < edit.span.end)
    }
}

/// True if each suppression comment of the text covers after the edits what it covered before, names the same rules, or is
/// gone together with what it covered, and if there is no new one. `text` is the new text.
pub fn is_kept(before: &[Directive], after: &[Directive], edited: &Edited<'_>, text: &str) -> bool {
    let here = |directive: &&Directive| directive.span.source == edited.source;
    let old: Vec<&Directive> = before.iter().filter(here).collect();
    let (mut new, mut heirs): (BTreeMap<usize, Vec<&Directive>>, BTreeSet<usize>) = Default::default();
    for directive in after.iter().filter(here) {
        new.entry(directive.span.start as usize).or_default().push(directive);
    }
    for directive in old {
        if is_gone(directive, edited) {
            let on_purpose = edited.into(directive.span).any(|(_, about_comments)| *about_comments);
            if !on_purpose && remains(directive.covers, edited, text) {
                return false;
            }
            continue;
        }
        let (first, last) = edited.find(directive.span.start);
        let mut same = false;
        for (start, others) in new.range(first..=last) {
            heirs.insert(*start);
            same |= others.iter().any(|other| is_same(directive, other, edited, text));
        }
        if !same {
            return false;
        }
    }
    new.keys().all(|start| heirs.contains(start))
}

/// True if the comment is cut out whole.
fn is_gone(directive: &Directive, edited: &Edited<'_>) -> bool {
    edited.into(directive.span).any(|(edit, _)| edit.span.contains(directive.span))
}

/// True if something is left of what stood there.
fn remains(place: Span, edited: &Edited<'_>, text: &str) -> bool {
    let ((start, _), (_, end)) = (edited.find(place.start), edited.find(place.end));
    place.start < place.end && text.get(start..end).is_some_and(|rest| !rest.trim().is_empty())
}

fn is_same(old: &Directive, new: &Directive, edited: &Edited<'_>, text: &str) -> bool {
    let on_purpose = edited.into(old.span).any(|(_, about_comments)| *about_comments);
    let rules = |directive: &Directive| -> Vec<String> {
        directive.rules.iter().map(|rule| rule.value.clone()).collect()
    };
    if !on_purpose && (rules(old) != rules(new) || old.fault != new.fault) {
        return false;
    }
    if old.covers.start == old.covers.end {
        return new.covers.start == new.covers.end;
    }
    remains(old.covers, edited, text)
        && is_at(new.covers.start, edited.find(old.covers.start), text)
        && is_at(new.covers.end, edited.find(old.covers.end), text)
}

/// True if nothing but blank space parts the offset from those that it may have.
fn is_at(offset: u32, (first, last): (usize, usize), text: &str) -> bool {
    let offset = offset as usize;
    let between = if offset < first { offset..first } else { last.min(offset)..offset };
    (first..=last).contains(&offset) || text.get(between).is_some_and(|gap| gap.trim().is_empty())
}
