//! Suppression comments: `# rolewright: allow(rule-name) reason`, or `allow(rule-name) until=2027-03-31 reason`.

use std::cmp::Reverse;
use std::ops::Range;

use super::date::Date;
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
    /// `until=`: the last day on which it holds.
    pub until: Option<Spanned<Date>>,
    /// It is an annotation of a Kubernetes object and no comment.
    pub annotation: bool,
    /// Set if the comment starts like a directive but cannot be read: what is wrong with it.
    pub fault: Option<Fault>,
}

/// Why something that looks like a suppression is none. It suppresses nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub message: String,
    /// The remedy, where the message does not say it.
    pub help: Option<String>,
}

const WORD: &str = "rolewright:";

/// True if the text could hold a directive; a cheap test that saves collecting comments.
pub fn mentioned(text: &str) -> bool {
    text.contains(WORD)
}

/// The syntax nodes that comments can be about, in order.
#[derive(Debug)]
pub struct Nodes(Vec<Range<usize>>);

impl Nodes {
    /// Takes byte ranges of the text, in any order.
    pub fn new(mut nodes: Vec<Range<usize>>) -> Nodes {
        nodes.sort_unstable_by_key(|node| (node.start, Reverse(node.end)));
        Nodes(nodes)
    }

    fn outermost_on(&self, line: &Range<usize>) -> Option<Range<usize>> {
        let at = self.0.partition_point(|node| node.start < line.start);
        self.0.get(at).filter(|node| node.start < line.end.max(line.start + 1)).cloned()
    }
}

/// Reads the directives among `comments`, which are byte ranges of `text` in order; `place` says where `text` lies.
///
/// A comment behind code covers the outermost node of `behind` that starts on its line; a comment on a line of its own
/// covers the outermost node of `above` that starts on the next line that holds more than blanks, comments and a `---`.
pub fn read(
    text: &str,
    place: &Place,
    comments: &[Range<usize>],
    above: &Nodes,
    behind: &Nodes,
) -> Vec<Directive> {
    let lines = Lines::of(text);
    // From the last comment to the first, as a comment above another is about the same line.
    let mut next_code: Option<Option<Range<usize>>> = None;
    let mut directives = Vec::new();
    let mut later: &[Range<usize>] = &[];
    for (at, comment) in comments.iter().enumerate().rev() {
        let after = lines.code_after(comment, later, next_code.as_ref());
        later = comments.get(at..).unwrap_or(&[]);
        next_code = Some(after.clone());
        let Some(parsed) = text.get(comment.clone()).and_then(parse_comment) else { continue };
        let covers = match lines.code_before(comment) {
            Some(own) => behind.outermost_on(&own),
            None => after.and_then(|line| above.outermost_on(&line)),
        };
        directives.push(directive(text, place, comment, parsed, covers));
    }
    directives.reverse();
    directives
}

fn directive(
    text: &str,
    place: &Place,
    comment: &Range<usize>,
    parsed: Parsed<'_>,
    covers: Option<Range<usize>>,
) -> Directive {
    let offset = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        place.span(start..start + part.len())
    };
    Directive {
        span: place.span(comment.clone()),
        rules: parsed.rules.iter().map(|rule| Spanned::new((*rule).to_owned(), offset(rule))).collect(),
        reason: parsed.reason.to_owned(),
        until: parsed.until.map(|(date, written)| Spanned::new(date, offset(written))),
        annotation: false,
        covers: covers.map_or_else(|| place.span(comment.start..comment.start), |node| place.span(node)),
        fault: parsed.fault,
    }
}

fn parse_comment(written: &str) -> Option<Parsed<'_>> {
    body(written).trim_start().strip_prefix(WORD).map(parse)
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
    until: Option<(Date, &'t str)>,
    reason: &'t str,
    fault: Option<Fault>,
}

/// Reads what follows `rolewright:`.
fn parse(text: &str) -> Parsed<'_> {
    let fault = |message: String| Parsed { fault: Some(Fault { message, help: None }), ..Parsed::default() };
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
    match limited(reason) {
        Ok((until, reason)) => Parsed { rules, until, reason, fault: None },
        Err(fault) => Parsed { fault: Some(fault), ..Parsed::default() },
    }
}

/// What `until=` says, with the word itself, and the reason behind it.
pub type Limited<'t> = (Option<(Date, &'t str)>, &'t str);

/// Takes a reason apart that may begin with `until=YYYY-MM-DD`. A day at any other place, or written in another way,
/// would limit nothing: it is a fault.
pub fn limited(text: &str) -> Result<Limited<'_>, Fault> {
    let text = past_marks(text);
    let Some(rest) = text.strip_prefix("until=") else {
        return match odd_limit(text) {
            None => Ok((None, text)),
            Some(odd) => Err(Fault {
                message: format!("`{odd}` does not limit the time: it is read as a part of the reason"),
                help: Some("write `until=YYYY-MM-DD` before the reason".to_owned()),
            }),
        };
    };
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (day, reason) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let day = day.trim_end_matches([',', ';', ':']);
    let word = text.get(..text.len() - rest.len() + day.len()).unwrap_or(text);
    match Date::parse(day) {
        Some(date) => Ok((Some((date, word)), past_marks(reason))),
        None => Err(Fault { message: format!("`{word}` is no date; write `until=YYYY-MM-DD`"), help: None }),
    }
}

/// The text without the marks that part a reason from what stands before it.
fn past_marks(text: &str) -> &str {
    text.trim()
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | ',' | ';'))
}

/// The first words of `text` that somebody takes for a limit: `until` and a day, or `until=`.
fn odd_limit(text: &str) -> Option<&str> {
    const UNTIL: &str = "until";
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(candidate) = bytes.get(at..at + UNTIL.len()) {
        let starts_word = at == 0 || bytes.get(at - 1).is_some_and(|before| !before.is_ascii_alphanumeric());
        if starts_word && candidate.eq_ignore_ascii_case(UNTIL.as_bytes()) {
            let behind = text.get(at + UNTIL.len()..)?;
            let day = behind.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | '('));
            let marks = behind.get(..behind.len() - day.len())?;
            let is_day = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '/' | '.');
            let day: &str = day.split(|c: char| !is_day(&c)).next()?.trim_end_matches('.');
            if marks.contains('=') || (!marks.is_empty() && is_like_a_date(day)) {
                return text.get(at..at + UNTIL.len() + marks.len() + day.len());
            }
        }
        at += 1;
    }
    None
}

/// True for three numbers, one of them a year: `2027-3-31`, `31.03.2027`, `03/31/2027`.
fn is_like_a_date(word: &str) -> bool {
    let numbers = || word.split(['-', '/', '.']);
    numbers().count() == 3
        && numbers().all(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
        && numbers().any(|it| it.len() == 4)
}

/// The lines of a text.
struct Lines<'t> {
    text: &'t str,
    /// Without their line breaks, in order.
    lines: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Lines<'t> {
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'\n' if at > 0 && at == start && text.as_bytes().get(at - 1) == Some(&b'\r') => {
                    start = at + 1
                }
                b'\n' | b'\r' => {
                    lines.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        lines.push(start..text.len());
        Lines { text, lines }
    }

    /// The number of the line that holds `at`.
    fn number(&self, at: usize) -> usize {
        self.lines.partition_point(|line| line.start <= at).saturating_sub(1)
    }

    /// The comment's line, if code stands before the comment.
    fn code_before(&self, comment: &Range<usize>) -> Option<Range<usize>> {
        let line = self.lines.get(self.number(comment.start))?;
        let mut words = self.text.get(line.start..comment.start)?.split_whitespace();
        let alone = match words.next() {
            None => true,
            Some(word) => word == "---" && words.next().is_none(),
        };
        (!alone).then(|| line.clone())
    }

    /// The next line with code below the comment. `later` are the comments from the next one on, and `beyond` is the
    /// answer for that one.
    fn code_after(
        &self,
        comment: &Range<usize>,
        later: &[Range<usize>],
        beyond: Option<&Option<Range<usize>>>,
    ) -> Option<Range<usize>> {
        let number = self.number(comment.end);
        // One line holds both: what is below the one is below the other.
        if let (Some(next), Some(beyond)) = (later.first(), beyond)
            && self.number(next.start) == number
            && self.number(next.end) == number
        {
            return beyond.clone();
        }
        for line in self.lines.get(number + 1..)? {
            let words = self.text.get(line.clone())?;
            let first = line.start + words.len() - words.trim_start().len();
            let inside = later.partition_point(|other| other.end <= first);
            match later.get(inside).filter(|other| other.contains(&first)) {
                // A comment over several lines may end on a line that goes on with code.
                Some(other) => {
                    let rest = self.lines.get(self.number(other.end))?;
                    if !self.text.get(other.end..rest.end)?.trim().is_empty() {
                        return Some(rest.clone());
                    }
                    return match (inside, beyond) {
                        (0, Some(beyond)) => beyond.clone(),
                        _ => self.code_after(other, later.get(inside + 1..).unwrap_or(&[]), None),
                    };
                }
                None if words.trim().is_empty() || is_marker(words.trim()) => {}
                None => return Some(line.clone()),
            }
        }
        None
    }
}

/// True for the line between two YAML documents, which may end in a comment.
fn is_marker(words: &str) -> bool {
    words.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.trim_start().starts_with('#'))
}

#[cfg(test)]
mod tests;
