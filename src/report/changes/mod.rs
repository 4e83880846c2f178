//! What changes from one project to another, as text.

mod counts;
pub mod human;
pub mod json;
pub mod markdown;

pub use counts::Counts;

use std::collections::HashSet;

use serde::Serialize;

use super::place::Places;
use crate::model::project::Project;
use crate::semantics::comparison::{Change, Comparison, Direction, Evidence, Side, What};
use crate::semantics::language::Grant;
use crate::syntax::Span;

/// All that a report on changes speaks of.
#[derive(Debug, Clone, Copy)]
pub struct Changes<'a> {
    /// What was.
    pub old: Input<'a>,
    /// What takes its place.
    pub new: Input<'a>,
    /// What changes.
    pub comparison: &'a Comparison,
    /// What is wrong with the inputs, so that the comparison is not to be relied on.
    pub problems: &'a [Problem],
}

/// One of the two projects.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// What the user calls it.
    pub label: &'a str,
    /// The inputs.
    pub project: &'a Project,
}

/// Something wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `old` or `new`.
    pub side: &'static str,
    /// Path as shown to the user.
    pub path: String,
    /// Line, from 1; nothing if the whole file is meant.
    pub line: Option<u32>,
    /// One lower-case phrase.
    pub message: String,
}

/// `old` or `new`.
pub fn side_word(side: Side) -> &'static str {
    match side {
        Side::Old => "old",
        Side::New => "new",
    }
}

/// The line tables of both sides.
struct Sites<'a> {
    old: Places<'a>,
    new: Places<'a>,
}

/// A line of an input.
struct Site<'a> {
    path: &'a str,
    line: u32,
    column: u32,
    /// Without the blanks around it.
    text: &'a str,
}

impl<'a> Sites<'a> {
    fn of(changes: &Changes<'a>) -> Sites<'a> {
        Sites {
            old: Places::new(&changes.old.project.sources),
            new: Places::new(&changes.new.project.sources),
        }
    }

    /// The line that the span begins in; nothing for what no input holds.
    fn at(&self, side: Side, span: Span) -> Option<Site<'a>> {
        let places = match side {
            Side::Old => &self.old,
            Side::New => &self.new,
        };
        let source = places.source(span.source)?;
        let place = places.of(span);
        let start = span.start as usize;
        let begin = source.text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
        let text = source.text.get(begin..)?.lines().next().unwrap_or("").trim();
        Some(Site { path: place.path, line: place.start.line, column: place.start.column, text })
    }
}

/// Changes that are told together: the same people, the same place, the same lines, and of requests to Kubernetes the
/// same direction.
struct Block<'a> {
    who: &'a [String],
    direction: Direction,
    changes: Vec<&'a Change>,
    evidence: Vec<&'a Evidence>,
}

/// The changes in blocks, in their order. Of causes in one line that say the same, one is told.
fn blocks<'a>(comparison: &'a Comparison, sites: &Sites<'_>) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for change in &comparison.changes {
        let joins = blocks.last().is_some_and(|block| {
            let before = block.changes.last().copied();
            before.is_some_and(|before| belongs(before, change))
        });
        match blocks.last_mut().filter(|_| joins) {
            Some(block) => {
                block.changes.push(change);
                block.evidence.extend(&change.evidence);
            }
            None => blocks.push(Block {
                who: &change.who,
                direction: change.direction,
                changes: vec![change],
                evidence: change.evidence.iter().collect(),
            }),
        }
    }
    for block in &mut blocks {
        let mut seen = HashSet::new();
        block.evidence.retain(|evidence| {
            let place = sites.at(evidence.side, evidence.span).map(|site| (site.path, site.line));
            seen.insert((evidence.side, place, evidence.text.as_str()))
        });
    }
    blocks
}

fn belongs(before: &Change, change: &Change) -> bool {
    let is_same_place = match (&before.what, &change.what) {
        (What::Objects { namespace: one, .. }, What::Objects { namespace: other, .. }) => one == other,
        (What::Paths { namespace: one, pattern: of, .. }, What::Paths { namespace: other, pattern, .. }) => {
            one == other && of == pattern
        }
        (What::Setting { of: one, .. }, What::Setting { of: other, .. }) => one == other,
        _ => false,
    };
    is_same_place && before.direction == change.direction && before.who == change.who
}

/// How words of the user are set apart from the rest.
struct Words {
    /// A word of the user.
    code: fn(&str) -> String,
    /// A phrase in which backticks stand around words of the user.
    phrase: fn(&str) -> String,
    /// How many resources of the same verbs are listed.
    most: usize,
}

/// What a block says of its people, one line each.
fn statements(block: &Block<'_>, words: &Words) -> Vec<String> {
    let code = words.code;
    let Some(first) = block.changes.first() else { return Vec::new() };
    match &first.what {
        What::Objects { namespace, .. } => {
            let place = match namespace.as_deref() {
                None => "in the whole cluster".to_owned(),
                Some("") => "in the namespace that it is applied to".to_owned(),
                Some("NAMESPACE") => "in any other namespace that is allowed".to_owned(),
                Some(namespace) => format!("in the namespace {}", code(namespace)),
            };
            let lines = by_verbs(&block.changes, words).into_iter().map(|line| {
                let verb = |verb: &String| if verb == "*" { "all verbs".to_owned() } else { code(verb) };
                let verbs: Vec<String> = line.verbs.iter().map(verb).collect();
                let place = if line.is_path { String::new() } else { format!(" {place}") };
                let shown = line.on.get(..words.most).unwrap_or(&line.on).join(", ");
                let more = match line.on.len().saturating_sub(words.most) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("{} on {shown}{more}{place}", verbs.join(", "))
            });
            lines.collect()
        }
        What::Paths { .. } => {
            block.changes.iter().flat_map(|change| path_statements(change, words)).collect()
        }
        What::Logins { role, .. } => vec![match block.direction {
            Direction::Gained => format!("may log in through {}", code(role)),
            Direction::Unclear => format!("may begin or cease to log in through {}", code(role)),
            Direction::Changed => format!("logs in through {} in another way", code(role)),
            Direction::Lost => format!("may no longer log in through {}", code(role)),
        }],
        What::Setting { .. } => {
            let settings = block.changes.iter().filter_map(|change| {
                let What::Setting { of, name, before, after } = &change.what else { return None };
                let value =
                    |value: &Option<String>| value.as_ref().map_or("not set".to_owned(), |it| code(it));
                let of = (words.phrase)(of);
                Some(format!("{} of {of}: {} → {}", code(name), value(before), value(after)))
            });
            settings.collect()
        }
    }
}

fn path_statements(change: &Change, words: &Words) -> Vec<String> {
    let What::Paths { namespace, capabilities, pattern, conditions, .. } = &change.what else {
        return Vec::new();
    };
    let all: Vec<&str> = capabilities.iter().map(|capability| capability.word()).collect();
    let namespace = match namespace.as_str() {
        "" => String::new(),
        namespace => format!(" in the Vault namespace {}", (words.code)(namespace)),
    };
    let mut statements = vec![format!("{} on {}{namespace}", all.join(", "), (words.code)(pattern))];
    statements.extend(conditions.as_ref().map(|(before, after)| {
        let of =
            |words_of: &str| if words_of.is_empty() { "none".to_owned() } else { (words.code)(words_of) };
        format!("conditions: {} → {}", of(before), of(after))
    }));
    statements
}

/// What the sign before a block does not say.
fn direction_words(direction: Direction) -> Option<&'static str> {
    match direction {
        Direction::Gained | Direction::Lost => None,
        Direction::Unclear => Some("more or less: that cannot be told"),
        Direction::Changed => Some("neither more nor less"),
    }
}

/// Verbs with all that they are about.
struct Line<'a> {
    verbs: &'a [String],
    is_path: bool,
    on: Vec<String>,
}

/// The verbs with what they are about, resources of the same verbs together.
fn by_verbs<'a>(changes: &[&'a Change], words: &Words) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for change in changes {
        let What::Objects { verbs, on, name, .. } = &change.what else { continue };
        let is_path = on.starts_with('/');
        let thing = thing_words(on, words);
        let on = match name {
            Some(name) => format!("{thing} named {}", (words.code)(name)),
            None => thing,
        };
        match lines.iter_mut().find(|line| line.verbs == verbs.as_slice() && line.is_path == is_path) {
            Some(line) => line.on.push(on),
            None => lines.push(Line { verbs, is_path, on: vec![on] }),
        }
    }
    lines
}

/// What verbs are about; stars in words.
fn thing_words(on: &str, words: &Words) -> String {
    let code = words.code;
    let (thing, part) = match on.split_once('/') {
        Some((thing, part)) if !thing.is_empty() => (thing, Some(part)),
        _ => (on, None),
    };
    let (resource, group) = match thing.split_once('.') {
        Some((resource, group)) => (resource, group),
        None => (thing, ""),
    };
    let of_group = match group {
        "*" => " of any API group".to_owned(),
        "" => " of the core group".to_owned(),
        group => format!(" of {}", code(group)),
    };
    match (resource, part) {
        ("*", Some(part)) => format!("{} of all resources{of_group}", code(part)),
        ("*", None) => format!("all resources{of_group}"),
        (_, Some(part)) if group == "*" => format!("{}{of_group}", code(&format!("{resource}/{part}"))),
        (_, None) if group == "*" => format!("{}{of_group}", code(resource)),
        _ => code(on),
    }
}

/// The request that shows it, with what comes of it.
fn example(block: &Block<'_>) -> Option<(String, String)> {
    const TELLING: [&str; 3] = ["secrets", "pods", "deployments.apps"];
    let is_telling = |change: &&&Change| match &change.what {
        What::Objects { on, .. } => TELLING.contains(&on.as_str()),
        _ => false,
    };
    match &block.changes.iter().find(is_telling).or(block.changes.first())?.what {
        What::Objects { witness, .. } => {
            let comes = match block.direction {
                Direction::Lost => "allowed → refused",
                _ => "refused → allowed",
            };
            Some((witness.clone(), comes.to_owned()))
        }
        What::Paths { witness, before, after, capabilities, carrying, .. } => {
            let first = capabilities.first().map_or("", |capability| capability.word());
            let with = carrying.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
            let comes = match (carrying, block.direction) {
                (Some(_), Direction::Gained) => "refused → allowed".to_owned(),
                (Some(_), Direction::Lost) => "allowed → refused".to_owned(),
                _ if before == after => "under other conditions".to_owned(),
                _ => format!("{} → {}", grant_words(*before), grant_words(*after)),
            };
            Some((format!("{first} {witness}{with}"), comes))
        }
        What::Logins { witness, .. } => {
            let comes = match block.direction {
                Direction::Gained => "refused → admitted",
                Direction::Unclear => "that cannot be told",
                Direction::Changed => "admitted in another way",
                Direction::Lost => "admitted → refused",
            };
            Some((witness.clone(), comes.to_owned()))
        }
        What::Setting { .. } => None,
    }
}

/// The names of the people, of many the first few.
fn who_words(who: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = who.get(..SHOWN).unwrap_or(who).join(", ");
    match who.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// What Vault says to a request.
fn grant_words(grant: Grant) -> &'static str {
    match grant {
        Grant::No => "refused",
        Grant::Unclear => "refused unless constraints can be met",
        Grant::Conditional => "allowed with constraints",
        Grant::Yes => "allowed",
    }
}

/// `no`, `unclear`, `conditional` or `yes`.
fn grant_name(grant: Grant) -> &'static str {
    match grant {
        Grant::No => "no",
        Grant::Unclear => "unclear",
        Grant::Conditional => "conditional",
        Grant::Yes => "yes",
    }
}

/// `gained`, `unclear`, `changed` or `lost`.
fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Gained => "gained",
        Direction::Unclear => "unclear",
        Direction::Changed => "changed",
        Direction::Lost => "lost",
    }
}
