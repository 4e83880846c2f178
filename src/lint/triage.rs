//! The one gate between rules and reports: levels, suppression comments, and the engine's own findings.

use super::finding::{Edit, Finding, Fix, Safety};
use super::levels::Levels;
use super::rule::{Level, Rule};
use super::run::sort;
use crate::model::project::Project;
use crate::syntax::date::Date;
use crate::syntax::directive::Directive;
use crate::syntax::near::nearest;
use crate::syntax::{Source, Span, Spanned};

/// The rules in whose name the engine itself reports.
#[derive(Debug, Clone, Copy)]
pub struct EngineRules {
    /// A text that cannot be read.
    pub syntax_error: &'static Rule,
    /// A part of an input that has the wrong shape.
    pub malformed_input: &'static Rule,
    /// A suppression comment that cannot be read, or names a rule that does not exist.
    pub broken_allow: &'static Rule,
    /// A suppression comment without a reason.
    pub reasonless_allow: &'static Rule,
    /// A suppression comment that suppresses nothing.
    pub unused_allow: &'static Rule,
    /// A suppression comment whose time is over.
    pub expired_allow: &'static Rule,
}

/// What came through the gate and what did not.
#[derive(Debug, Default)]
pub struct Triaged {
    /// To be reported.
    pub shown: Vec<Finding>,
    /// Suppressed by a comment.
    pub allowed: Vec<Allowed>,
    /// Known from a baseline.
    pub known: Vec<Finding>,
    /// How many findings of the baseline do not occur any more.
    pub stale: usize,
    /// How many findings are left out because they are not severe enough to be shown; they count all the same.
    pub hidden: usize,
}

/// A suppressed finding.
#[derive(Debug)]
pub struct Allowed {
    /// What would have been reported.
    pub finding: Finding,
    /// The comment.
    pub directive: Span,
    /// Its reason; may be empty.
    pub reason: String,
}

/// Sorts findings into shown and allowed, sets their severities, and adds the engine's own: syntax errors, malformed
/// inputs, and what is wrong with suppression comments. Findings about several places of one thing stay apart until
/// [`Triaged::gather`].
///
/// `table` is every rule there is, so that a comment naming a rule that is merely off is no mistake; `today` decides
/// whether the time of a comment is over.
pub fn triage(
    findings: Vec<Finding>,
    project: &Project,
    table: &[&'static Rule],
    engine: &EngineRules,
    levels: &Levels,
    today: Option<Date>,
) -> Triaged {
    let mut triaged = Triaged::default();
    let mut comments = Comments::new(&project.directives, today);

    for mut finding in findings.into_iter().chain(malformed(project, engine)) {
        let file = file_of(finding.span, project);
        if levels.at(finding.rule, file) == Level::Off {
            continue;
        }
        if let Some(severity) = levels.severity_at(finding.rule, file) {
            finding.severity = severity;
        }
        let allowed = if levels.can_be_allowed(finding.rule) { comments.allow(&finding) } else { None };
        match allowed {
            Some(directive) if levels.profile.sees_all() => {
                finding.label(directive.span, "this comment would allow it");
                triaged.shown.push(finding);
            }
            Some(directive) => triaged.allowed.push(Allowed {
                finding,
                directive: directive.span,
                reason: directive.reason.clone(),
            }),
            None => triaged.shown.push(finding),
        }
    }

    // Errors of syntax are no matter of opinion: neither levels nor comments hide them.
    triaged.shown.extend(syntax_errors(project, engine));
    let mut guesses = GUESSES;
    let about_comments =
        comments.list.iter().flat_map(|comment| judge(comment, project, table, engine, levels, &mut guesses));
    triaged.shown.extend(about_comments.filter_map(|mut finding| {
        let level = levels.at(finding.rule, file_of(finding.span, project));
        finding.severity = level.severity()?;
        Some(finding)
    }));
    triaged.shown.iter_mut().for_each(|finding| keep_fix(finding, project));
    sort(&mut triaged.shown);
    // What is written once may be read several times: through an alias, or as the file of two policies.
    triaged.shown.dedup_by(|again, first| {
        again.rule == first.rule && again.span == first.span && again.message == first.message
    });
    triaged
}

/// Takes the fix off where it would change more than the finding speaks of: what an alias repeats elsewhere.
fn keep_fix(finding: &mut Finding, project: &Project) {
    let is_shared = |fix: &Fix| fix.edits.iter().any(|edit| project.is_shared(edit.span));
    if finding.fix.as_ref().is_some_and(is_shared) {
        finding.fix = None;
    }
}

/// The name of the file that a span lies in.
fn file_of(span: Span, project: &Project) -> &str {
    project.sources.get(span.source).map_or("", |source| &source.name)
}

/// A suppression comment and which of its names did something.
struct Comment<'a> {
    directive: &'a Directive,
    used: Vec<bool>,
    /// Its time is over.
    expired: bool,
}

impl<'a> Comment<'a> {
    fn new(directive: &'a Directive, today: Option<Date>) -> Comment<'a> {
        let last = directive.until.as_ref().map(|until| until.value);
        let expired = last.zip(today).is_some_and(|(last, today)| last < today);
        Comment { directive, used: vec![false; directive.rules.len()], expired }
    }

    /// Notes that the comment suppresses the finding, if it does.
    fn takes(&mut self, finding: &Finding) -> bool {
        let covers = self.directive.covers;
        let inside = covers.source == finding.span.source
            && covers.start <= finding.span.start
            && (finding.span.start < covers.end || finding.span == covers);
        if !inside || self.expired || self.directive.fault.is_some() {
            return false;
        }
        let mut taken = false;
        for (rule, used) in self.directive.rules.iter().zip(&mut self.used) {
            if rule.value == finding.rule.name {
                *used = true;
                taken = true;
            }
        }
        taken
    }
}

/// Suppression comments in the order of what they cover.
struct Comments<'a> {
    list: Vec<Comment<'a>>,
    /// For each, the furthest end of what it and those before it in the same text cover.
    reach: Vec<u32>,
}

impl<'a> Comments<'a> {
    fn new(directives: &'a [Directive], today: Option<Date>) -> Comments<'a> {
        let mut list: Vec<Comment<'a>> =
            directives.iter().map(|directive| Comment::new(directive, today)).collect();
        list.sort_by_key(|comment| (comment.directive.covers.source, comment.directive.covers.start));
        let mut reach: Vec<u32> = Vec::with_capacity(list.len());
        let mut last: Option<Span> = None;
        for covers in list.iter().map(|comment| comment.directive.covers) {
            let before = last.filter(|last| last.source == covers.source).and_then(|_| reach.last().copied());
            reach.push(before.map_or(covers.end, |before| before.max(covers.end)));
            last = Some(covers);
        }
        Comments { list, reach }
    }

    /// The first comment that suppresses the finding; every other one that would is noted as used, too.
    fn allow(&mut self, finding: &Finding) -> Option<&'a Directive> {
        let (source, start) = (finding.span.source, finding.span.start);
        let upto = self.list.partition_point(|comment| {
            let covers = comment.directive.covers;
            (covers.source, covers.start) <= (source, start)
        });
        let mut first: Option<&'a Directive> = None;
        let (Some(earlier), Some(reach)) = (self.list.get_mut(..upto), self.reach.get(..upto)) else {
            return None;
        };
        for (comment, reach) in earlier.iter_mut().zip(reach).rev() {
            if comment.directive.covers.source != source || *reach < start {
                break;
            }
            if comment.takes(finding) && first.is_none_or(|first| comment.directive.span < first.span) {
                first = Some(comment.directive);
            }
        }
        first
    }
}

/// What is wrong with one comment.
fn judge(
    comment: &Comment<'_>,
    project: &Project,
    table: &[&'static Rule],
    engine: &EngineRules,
    levels: &Levels,
    guesses: &mut usize,
) -> Vec<Finding> {
    let directive = comment.directive;
    if let Some(fault) = &directive.fault {
        let mut finding = Finding::new(engine.broken_allow, directive.span, fault.message.clone());
        finding.help.clone_from(&fault.help);
        return vec![finding];
    }
    let removal = project.sources.get(directive.span.source).and_then(|source| whole(source, directive));
    let remove = |finding: &mut Finding, safety: Safety| {
        finding.fix = removal.map(|span| Fix {
            title: "remove the allowance".to_owned(),
            safety,
            edits: vec![Edit { span, text: String::new() }],
        });
    };
    // What is unused in a part of the project may be in use in the whole of it.
    let unused_safety = if project.settings.is_whole { Safety::Safe } else { Safety::Unsafe };
    if let Some(until) = directive.until.as_ref().filter(|_| comment.expired) {
        let message = format!("the allowance ended with {}", until.value);
        let mut finding = Finding::new(engine.expired_allow, until.span, message);
        finding.help("mend what it allowed, or say until when it is fine");
        remove(&mut finding, Safety::Safe);
        return vec![finding];
    }
    let file = file_of(directive.span, project);
    let mut findings = Vec::new();
    let mut unused = Vec::new();
    // What stands in a part that could not be read is not unused.
    let is_read = !project.syntax_errors.iter().any(|error| error.span.source == directive.span.source);
    for (at, (name, used)) in directive.rules.iter().zip(&comment.used).enumerate() {
        match table.iter().find(|rule| rule.name == name.value) {
            None => {
                let guessed = if *guesses > 0 {
                    nearest(&name.value, table.iter().map(|rule| rule.name))
                } else {
                    None
                };
                *guesses = guesses.saturating_sub(1);
                findings.push(unknown_rule(name, guessed, engine));
            }
            Some(rule) if !levels.can_be_allowed(rule) => {
                let message = format!("`{}` cannot be allowed by a comment", name.value);
                let mut finding = Finding::new(engine.broken_allow, name.span, message);
                finding.help("the configuration says `ignorable = false`: mend what it reports");
                findings.push(finding);
            }
            Some(rule) if !used && is_read && levels.at(rule, file) != Level::Off => unused.push(at),
            Some(_) => {}
        }
    }
    let all = unused.len() == directive.rules.len();
    for at in unused {
        let Some(name) = directive.rules.get(at) else { continue };
        let mut finding = Finding::new(
            engine.unused_allow,
            name.span,
            format!("nothing here is reported by `{}`", name.value),
        );
        if directive.covers.start < directive.covers.end {
            finding.label(directive.covers, "this is what it covers");
        } else {
            finding.message += ": the comment belongs to nothing";
        }
        finding.help("remove the allowance, so that it does not hide a later mistake");
        if all {
            remove(&mut finding, unused_safety);
        } else {
            let edits = vec![Edit { span: list_item(directive, at), text: String::new() }];
            finding.fix =
                Some(Fix { title: "remove the allowance".to_owned(), safety: unused_safety, edits });
        }
        findings.push(finding);
    }
    if directive.reason.trim().is_empty() {
        let mut finding = Finding::new(engine.reasonless_allow, directive.span, "allowed without a reason");
        finding.help(if directive.annotation {
            "say in the value why this is fine"
        } else {
            "say after the closing parenthesis why this is fine"
        });
        if let Some(span) = removal {
            finding.unsafe_fix("remove the allowance", vec![Edit { span, text: String::new() }]);
        }
        findings.push(finding);
    }
    findings
}

/// For how many unknown names a run looks for the one that was meant: more are no slips, and each look takes time.
const GUESSES: usize = 100;

fn unknown_rule(name: &Spanned<String>, near: Option<&'static str>, engine: &EngineRules) -> Finding {
    let mut finding =
        Finding::new(engine.broken_allow, name.span, format!("no rule has the name `{}`", name.value));
    match near {
        Some(near) => {
            finding.help(format!("did you mean `{near}`?"));
            let edit = Edit { span: name.span, text: near.to_owned() };
            finding.unsafe_fix(format!("write `{near}`"), vec![edit]);
        }
        None => {
            finding.help("`rolewright rules` lists all names");
        }
    }
    finding
}

/// The comment with the blanks before it, or with its whole line if it stands alone there. An annotation has to stand
/// alone: what parts it from others on its line is not known here.
fn whole(source: &Source, directive: &Directive) -> Option<Span> {
    let text = source.text.as_str();
    let range = directive.span.range();
    let before = text.get(..range.start).unwrap_or("");
    let after = text.get(range.end..).unwrap_or("");
    let blanks = before.len() - before.trim_end_matches([' ', '\t']).len();
    let alone = before.len() == blanks
        || before.get(..before.len() - blanks).is_some_and(|head| head.ends_with('\n'));
    let rest_of_line = after.find('\n').map_or(after.len(), |at| at + 1);
    let line_ends = after.get(..rest_of_line).is_some_and(|rest| rest.trim().is_empty());
    if directive.annotation && !(alone && line_ends) {
        return None;
    }
    let end = if alone && line_ends { range.end + rest_of_line } else { range.end };
    Some(Span::new(source.id, range.start - blanks..end))
}

/// One name of several, with the comma that parts it from its neighbour.
fn list_item(directive: &Directive, at: usize) -> Span {
    let span = |at: usize| directive.rules.get(at).map(|name| name.span);
    let own = span(at).unwrap_or(directive.span);
    match (span(at + 1), at.checked_sub(1).and_then(span)) {
        (Some(next), _) => Span { end: next.start, ..own },
        (None, Some(previous)) => Span { start: previous.end, ..own },
        (None, None) => own,
    }
}

fn malformed(project: &Project, engine: &EngineRules) -> Vec<Finding> {
    let entries = project.malformed.iter();
    let rule = engine.malformed_input;
    entries
        .map(|entry| {
            let mut finding = Finding::new(rule, entry.span, entry.message.clone());
            if let Some((span, text)) = &entry.label {
                finding.label(*span, text.clone());
            }
            finding.help = entry.help.clone();
            if let Some(text) = &entry.replacement {
                let edit = Edit { span: entry.span, text: text.clone() };
                finding.unsafe_fix(format!("write `{text}`"), vec![edit]);
            }
            finding
        })
        .collect()
}

fn syntax_errors(project: &Project, engine: &EngineRules) -> Vec<Finding> {
    let errors = project.syntax_errors.iter();
    errors
        .map(|error| {
            let mut finding = Finding::new(engine.syntax_error, error.span, error.message.clone());
            if let Some((span, text)) = &error.label {
                finding.label(*span, text.clone());
            }
            finding.help = error.help.clone();
            finding
        })
        .collect()
}
