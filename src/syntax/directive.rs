//! Suppression comments: `# rolewright: allow(rule-name) reason`.

use std::ops::Range;

use super::{Place, Span, Spanned};

/// A suppression comment.
#[derive(Debug, Clone)]
pub struct Directive {
    /// The whole comment.
    pub span: Span,
    /// The rules it names.
    pub rules: Vec<Spanned<String>>,
    /// Why; empty if none was given, which is a finding of its own.
    pub reason: String,
    /// The syntax node that it covers: findings whose span starts inside are allowed. Of a comment that belongs to no
    /// node, the empty span at its start.
    pub covers: Span,
    /// Set if the comment starts like a directive but cannot be read: what is wrong with it.
    pub fault: Option<String>,
}

const WORD: &str = "rolewright:";

/// True if the text could hold a directive; a cheap test that saves collecting comments.
pub fn mentioned(text: &str) -> bool {
    text.contains(WORD)
}

/// Reads the directives among `comments`.
///
/// `comments` and `nodes` are byte ranges of `text`, and `place` says where `text` lies. A comment behind code covers
/// the outermost node that starts on its line; a comment on a line of its own covers the outermost node that starts
/// on the next line that holds more than blanks, comments and a `---`.
pub fn read(text: &str, place: &Place, comments: &[Range<usize>], nodes: &[Range<usize>]) -> Vec<Directive> {
    comments.iter().filter_map(|comment| read_one(text, place, comment, comments, nodes)).collect()
}

/// Reads `comment`, if it is a directive; for callers to whom `nodes` depend on the comment.
pub fn read_one(
    text: &str,
    place: &Place,
    comment: &Range<usize>,
    comments: &[Range<usize>],
    nodes: &[Range<usize>],
) -> Option<Directive> {
    let written = text.get(comment.clone())?;
    let rest = body(written).trim_start().strip_prefix(WORD)?;
    let parsed = parse(rest);
    let line = line_for(text, comment, comments);
    let covers = line.and_then(|line| outermost_on(&line, nodes));
    let offset = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        place.span(start..start + part.len())
    };
    Some(Directive {
        span: place.span(comment.clone()),
        rules: parsed.rules.iter().map(|rule| Spanned::new((*rule).to_owned(), offset(rule))).collect(),
        reason: parsed.reason.to_owned(),
        covers: covers.map_or_else(|| place.span(comment.start..comment.start), |node| place.span(node)),
        fault: parsed.fault,
    })
}

/// What stands between the comment marks.
fn body(comment: &str) -> &str {
    let comment = comment.trim_end();
    if let Some(rest) = comment.strip_prefix("/*") {
        return rest.strip_suffix("*/").unwrap_or(rest);
    }
    comment.strip_prefix("//").or_else(|| comment.strip_prefix('#')).unwrap_or(comment)
}

#[derive(Default)]
struct Parsed<'t> {
    rules: Vec<&'t str>,
    reason: &'t str,
    fault: Option<String>,
}

/// Reads what follows `rolewright:`.
fn parse(text: &str) -> Parsed<'_> {
    let fault = |message: String| Parsed { fault: Some(message), ..Parsed::default() };
    let text = text.trim();
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
    let (verb, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if verb != "allow" {
        return fault(match verb {
            "" => "a directive needs a verb: `allow(rule-name) reason`".to_owned(),
            "ignore" | "disable" | "suppress" | "skip" | "noqa" | "nolint" | "expect" => {
                format!("`{verb}` is no directive; write `allow(rule-name) reason`")
            }
            _ if strsim::damerau_levenshtein(&verb.to_lowercase(), "allow") <= 2 => {
                format!("`{verb}` is no directive; did you mean `allow`?")
            }
            _ => format!("`{verb}` is no directive; the only one is `allow(rule-name) reason`"),
        });
    }
    let Some(list) = rest.trim_start().strip_prefix('(') else {
        return fault("the rule names of `allow` stand in parentheses: `allow(rule-name) reason`".to_owned());
    };
    let Some((list, reason)) = list.split_once(')') else {
        return fault("the parenthesis after `allow` is never closed".to_owned());
    };
    let rules: Vec<&str> = list.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    if rules.is_empty() {
        return fault("`allow()` names no rule; write `allow(rule-name) reason`".to_owned());
    }
    if let Some(odd) = rules.iter().find(|rule| rule.contains(char::is_whitespace)) {
        return fault(format!("`{odd}` is no rule name; separate rule names with commas"));
    }
    let reason = reason.trim().trim_start_matches([':', '-', '–', '—']).trim_start();
    Parsed { rules, reason, fault: None }
}

/// The line whose nodes a comment speaks of: its own if code stands before it, else the next with code on it.
fn line_for(text: &str, comment: &Range<usize>, comments: &[Range<usize>]) -> Option<Range<usize>> {
    let own = line_at(text, comment.start);
    let before = text.get(own.start..comment.start)?.trim();
    if !before.is_empty() && before != "---" {
        return Some(own);
    }
    let mut at = line_at(text, comment.end).end;
    loop {
        at = next_line(text, at)?;
        let line = line_at(text, at);
        let words = text.get(line.clone())?.trim();
        let first = line.start + text.get(line.clone())?.len() - text.get(line.clone())?.trim_start().len();
        let inside = comments.iter().find(|other| other.contains(&first));
        match inside {
            // A comment over several lines may end on a line that goes on with code.
            Some(other) => {
                let rest = line_at(text, other.end);
                if text.get(other.end..rest.end)?.trim().is_empty() {
                    at = rest.end;
                    continue;
                }
                return Some(rest);
            }
            None if words.is_empty() || is_marker(words) => at = line.end,
            None => return Some(line),
        }
    }
}

/// True for the line between two YAML documents, which may end in a comment.
fn is_marker(words: &str) -> bool {
    words.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('#'))
}

fn outermost_on(line: &Range<usize>, nodes: &[Range<usize>]) -> Option<Range<usize>> {
    let starting =
        nodes.iter().filter(|node| line.start <= node.start && node.start < line.end.max(line.start + 1));
    starting.min_by_key(|node| (node.start, std::cmp::Reverse(node.end))).cloned()
}

/// The line that holds `at`, without its line break.
fn line_at(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let before = bytes.get(..at).unwrap_or(bytes);
    let start = before.iter().rposition(is_break).map_or(0, |at| at + 1);
    let after = bytes.get(at..).unwrap_or(&[]);
    start..after.iter().position(is_break).map_or(bytes.len(), |end| at + end)
}

/// Where the line after the break at `end` starts; nothing at the end of the text.
fn next_line(text: &str, end: usize) -> Option<usize> {
    let rest = text.as_bytes().get(end..)?;
    let width = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return None,
    };
    Some(end + width)
}

#[cfg(test)]
mod tests;
