//! The text of a policy with other path rules: only what belongs to a rule that changes is written anew, and all else keeps
//! its bytes, the ends of its lines among them.

use std::ops::Range;

use super::hcl::{policy_text, quoted};
use super::narrowed::{HEADER, is_same, stand_for};
use crate::lint::removal;
use crate::model::lower;
use crate::model::project::Target;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::syntax::hcl1::printer;
use crate::syntax::{Place, Source, SourceId, Spanned};

/// The text with each path rule of `old` replaced by those of `new` that stand for it, below a comment; nothing if that
/// cannot be said. A text in canonical form stays in it.
pub(super) fn policy(base: &str, old: &Policy, new: &Policy, header: &str) -> Option<String> {
    let read = read(base, old);
    if read.path_rules.len() != old.path_rules.len() {
        return None;
    }
    let newline = newline(base);
    let mut body = String::new();
    let mut rest = 0;
    for (written, rule) in read.path_rules.iter().zip(&old.path_rules) {
        let now = stand_for(old, rule, new);
        let place = written.span.range();
        match now.as_slice() {
            [one] if is_same(one, rule) => {}
            [] => {
                let (start, end) = with_comments(base, place);
                body += base.get(rest..start.max(rest))?;
                rest = end.max(rest);
                if ends_in_blank(&body) {
                    rest += blank_line(base.get(rest..)?);
                }
            }
            several => {
                body += base.get(rest..place.start)?;
                let texts: Option<Vec<String>> =
                    several.iter().map(|rule| in_words(base, written, rule)).collect();
                body += &texts?.join(&newline.repeat(2));
                rest = place.end;
            }
        }
    }
    let tail = base.get(rest..)?;
    body += tail;
    if tail.is_empty() {
        // What stood last is gone.
        body.truncate(body.trim_end().len());
        body += if base.ends_with('\n') { newline } else { "" };
    }
    let body = without_header(&body).trim_start_matches(['\n', '\r']);
    let text = format!("{}{newline}{body}", header.replace('\n', newline));
    let text = if is_canonical(base) { like(&canonical(&text)?, base) } else { text };
    let is_meant = {
        let read = self::read(&text, old);
        read.refusals.is_empty()
            && policy_text(&read) == policy_text(new)
            && read
                .path_rules
                .iter()
                .zip(&new.path_rules)
                .all(|(one, other)| one.granted() == other.granted())
    };
    is_meant.then_some(text)
}

/// The text in canonical form.
pub(super) fn canonical(text: &str) -> Option<String> {
    printer::format(text, &Place::from(SourceId(0), 0)).ok()
}

/// How the lines of a text end, or most of them.
pub(super) fn newline(text: &str) -> &'static str {
    let (all, returns) = (text.matches('\n').count(), text.matches("\r\n").count());
    if returns * 2 > all { "\r\n" } else { "\n" }
}

/// True if the text is in canonical form, whatever ends its lines, provided that it is the same everywhere.
fn is_canonical(text: &str) -> bool {
    let plain = text.replace("\r\n", "\n");
    let returns = text.len() - plain.len();
    let is_even = returns == 0 || returns == plain.matches('\n').count();
    is_even
        && canonical(&plain)
            .is_some_and(|printed| printed.trim_end_matches('\n') == plain.trim_end_matches('\n'))
}

/// The canonical text with lines that end as those of `base` do, the last one among them.
fn like(text: &str, base: &str) -> String {
    let text = if base.ends_with('\n') { text } else { text.trim_end_matches('\n') };
    text.replace('\n', newline(base))
}

fn read(text: &str, old: &Policy) -> Policy {
    // Every word that some server knows: what the target takes was judged when the policy was read.
    let place = Place::from(SourceId(0), 0);
    lower::policy::read(old.name.clone(), text, &place, PolicyOrigin::HclFile, Target::Any).policy
}

/// The block of a rule with another label and other capabilities; all else in it stays.
fn in_words(base: &str, written: &PathRule, rule: &PathRule) -> Option<String> {
    let words: Vec<String> = rule.capabilities.iter().map(|word| quoted(&word.value)).collect();
    let list = || format!("[{}]", words.join(", "));
    let mut edits = vec![(written.path.span.range(), quoted(&rule.path.value))];
    if rule.legacy.is_some() != written.legacy.is_some() || rule.granted() != written.granted() {
        match (written.capabilities_span, &written.legacy) {
            (Some(span), None) => match without_words(base, written, rule) {
                Some(cuts) => edits.extend(cuts.into_iter().map(|cut| (cut, String::new()))),
                None => edits.push((span.range(), list())),
            },
            (None, Some((_, span))) => edits.push((span.range(), format!("capabilities = {}", list()))),
            _ => return None,
        }
    }
    edits.sort_by_key(|(range, _)| range.start);
    let block = written.span.range();
    let (mut out, mut rest) = (String::new(), block.start);
    for (range, text) in edits {
        out += base.get(rest..range.start)?;
        out += &text;
        rest = range.end;
    }
    out += base.get(rest..block.end)?;
    Some(out)
}

/// What to cut of a list of capabilities that holds comments, so that these stay; nothing where the list is to be written
/// anew.
fn without_words(base: &str, written: &PathRule, rule: &PathRule) -> Option<Vec<Range<usize>>> {
    let list = base.get(written.capabilities_span?.range())?;
    if !list.contains('\n') || !["#", "//", "/*"].iter().any(|mark| list.contains(mark)) {
        return None;
    }
    let source = Source { id: SourceId(0), name: String::new(), text: base.to_owned(), bom: false };
    let goes = |word: &&Spanned<String>| rule.capabilities.iter().all(|kept| kept.value != word.value);
    let cut = |word: &Spanned<String>| Some(removal::item(&source, word.span)?.range());
    written.capabilities.iter().filter(goes).map(cut).collect()
}

/// What goes with a rule: comments right above it, unless they are the first lines of the text, and its line.
fn with_comments(base: &str, block: Range<usize>) -> (usize, usize) {
    let before = base.get(..block.start).unwrap_or("");
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let is_alone = before.get(line..).unwrap_or("").trim().is_empty();
    let mut start = if is_alone { line } else { block.start };
    while is_alone && start > 0 {
        let above = base.get(..start - 1).unwrap_or("");
        let from = above.rfind('\n').map_or(0, |at| at + 1);
        let text = above.get(from..).unwrap_or("").trim_start();
        if from == 0 || !(text.starts_with('#') || text.starts_with("//")) {
            break;
        }
        start = from;
    }
    let after = base.get(block.end..).unwrap_or("");
    let tail = after.split_inclusive('\n').next().unwrap_or("");
    let goes =
        tail.trim().is_empty() || tail.trim_start().starts_with(['#']) || tail.trim_start().starts_with("//");
    let end = if goes { block.end + tail.len() } else { block.end };
    (start, end)
}

/// True if a text ends in a blank line, or holds nothing else.
fn ends_in_blank(text: &str) -> bool {
    let mut lines = text.rsplit('\n');
    lines.next().is_none_or(str::is_empty) && lines.next().is_none_or(|line| line.trim().is_empty())
}

/// How long the blank line is that a text begins with.
fn blank_line(text: &str) -> usize {
    let line = text.split_inclusive('\n').next().unwrap_or("");
    if line.trim().is_empty() { line.len() } else { 0 }
}

/// Without the comment of an earlier time.
fn without_header(text: &str) -> &str {
    if !text.starts_with(HEADER) {
        return text;
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && !line.starts_with("#   ") {
            break;
        }
        at += line.len();
    }
    text.get(at..).unwrap_or("")
}
