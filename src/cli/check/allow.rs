//! `check --add-allow`: a suppression comment above every line that has a finding.

use std::collections::{BTreeMap, BTreeSet};

use super::baseline::Known;
use super::fix::{self, Outcome};
use super::gate;
use crate::cli::exit::say;
use crate::cli::load::{self, Loaded};
use crate::cli::session::Session;
use crate::lint::fix::apply;
use crate::lint::{Check, Crash, Edit, Finding, Fix, Safety, Triaged};
use crate::model::project::Project;
use crate::syntax::lines::LineIndex;
use crate::syntax::{SourceId, Sources, Span};

/// Reads the reason: one line of text that says something.
pub fn reason(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("say why the findings are fine"),
        text if text.chars().any(char::is_control) => Err("a reason is one line of text"),
        text => Ok(text.to_owned()),
    }
}

/// Adds the comments to the files of `loaded`, whose project is afterwards that of the new texts.
///
/// A comment that would not be read as one, such as in JSON or in the middle of a text, is left out, and its finding is
/// reported as before.
pub fn add(reason: &str, loaded: &mut Loaded, known: Option<&Known>, session: &Session) -> Outcome {
    let sources = loaded.project.sources.clone();
    let (triaged, crashes) = gate(&loaded.project, known, session);
    let mut comments = comments(&triaged, reason, &sources, session);
    let (mut commented, mut project) = write(&comments, &sources, session);
    let mut failed: Vec<Crash> = crashes;
    loop {
        let (triaged, crashes) = gate(&project, known, session);
        failed.extend(crashes);
        let useless = useless(&comments, &sources, &loaded.project, &project, &triaged);
        if useless.is_empty() {
            break;
        }
        comments.retain(|place, _| !useless.contains(place));
        (commented, project) = write(&comments, &sources, session);
    }
    let mut outcome = Outcome { crashes: failed, ..Outcome::default() };
    let saved = fix::save(loaded, &commented, session, &mut outcome);
    if !saved.is_empty() {
        let number = comments.keys().filter(|(source, _)| saved.contains(source)).count();
        let comments = if number == 1 { "comment" } else { "comments" };
        say(format_args!("{number} {comments} added"));
    }
    loaded.project = load::again(&fix::on_disk(loaded, &commented, &saved), session);
    outcome
}

/// Start of the line that a comment goes above.
type Place = (SourceId, u32);

/// The text of each comment, with its indentation and its line end.
fn comments(
    triaged: &Triaged,
    reason: &str,
    sources: &Sources,
    session: &Session,
) -> BTreeMap<Place, String> {
    let mut names: BTreeMap<Place, BTreeSet<&str>> = BTreeMap::new();
    let mut lines: BTreeMap<SourceId, LineIndex> = BTreeMap::new();
    let levels = &session.config.levels;
    let allowable = |finding: &&Finding| {
        !matches!(finding.rule.check, Check::Engine) && levels.can_be_allowed(finding.rule)
    };
    for finding in triaged.shown.iter().filter(allowable) {
        let Some(source) = sources.get(finding.span.source) else { continue };
        let lines = lines.entry(source.id).or_insert_with(|| LineIndex::new(&source.text));
        let start = lines.start_of(lines.line_of(finding.span.start));
        names.entry((source.id, start)).or_default().insert(finding.rule.name);
    }
    let text = |(place, names): (Place, BTreeSet<&str>)| {
        let names: Vec<&str> = names.into_iter().collect();
        let line = sources.get(place.0).and_then(|source| source.text.get(place.1 as usize..)).unwrap_or("");
        let indent: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
        (place, format!("{indent}# rolewright: allow({}) {reason}\n", names.join(", ")))
    };
    names.into_iter().map(text).collect()
}

fn write(comments: &BTreeMap<Place, String>, sources: &Sources, session: &Session) -> (Sources, Project) {
    let fixes: Vec<Fix> = comments
        .iter()
        .map(|((source, at), text)| Fix {
            title: String::new(),
            safety: Safety::Safe,
            edits: vec![Edit { span: Span { source: *source, start: *at, end: *at }, text: text.clone() }],
        })
        .collect();
    let (sources, _) = apply(sources, &fixes.iter().collect::<Vec<_>>());
    let project = load::again(&sources, session);
    (sources, project)
}

/// The comments that nothing reads as one, that suppress nothing, or that break the text they stand in.
fn useless(
    comments: &BTreeMap<Place, String>,
    old: &Sources,
    before: &Project,
    project: &Project,
    triaged: &Triaged,
) -> BTreeSet<Place> {
    let (errors_before, errors) = (before.errors_by_source(), project.errors_by_source());
    let mut useless = BTreeSet::new();
    let mut shift: BTreeMap<SourceId, usize> = BTreeMap::new();
    for (place, text) in comments {
        let (source, at) = *place;
        let crlf = old.get(source).is_some_and(|source| source.text.contains("\r\n"));
        let shift = shift.entry(source).or_default();
        let indent = text.len() - text.trim_start().len();
        let start = at as usize + *shift + indent;
        *shift += text.len() + usize::from(crlf);
        let index = source.0 as usize;
        let breaks = errors.get(index) > errors_before.get(index);
        let here = |span: Span| span.source == source && span.start as usize == start;
        let read = project.directives.iter().find(|directive| here(directive.span));
        let works = read.is_some_and(|directive| {
            !triaged.shown.iter().any(|finding| {
                matches!(finding.rule.check, Check::Engine) && directive.span.contains(finding.span)
            })
        });
        if breaks || !works {
            useless.insert(*place);
        }
    }
    useless
}
