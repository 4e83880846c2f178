//! The fixture projects: every folder below `fixtures/rules/RULE/` and `fixtures/projects/NAME/` is a test.
//!
//! - `bad*`: a marker comment `#~ rule` stands at the end of each line that the rule must report (`#~^ rule` speaks of
//!   the line above, `//~` is as good as `#~`, several rules are parted by commas, a name written twice means two
//!   findings). JSON has no comments: there `markers.txt` holds lines `file:line rule`. The findings must equal the
//!   markers, and the report the `bad*.txt` beside the folder.
//! - `good*`: near misses; the rule is silent.
//! - `fixed*`: `bad*` after all fixes, without the markers; it parses, is silent, and nothing is left to fix.
//! - `projects/NAME/as-written`: markers for the findings of all rules; `fixed`: clean.
//!
//! `ROLEWRIGHT_BLESS=1` rewrites reports and fixed folders. Markers are written by hand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use common::{blessing, directories, home, in_step, name, texts};
use libtest_mimic::{Arguments, Failed, Trial};
use rolewright::cli::load::{self, Loaded};
use rolewright::cli::session::Session;
use rolewright::lint::fix::Checked;
use rolewright::lint::{self, Check, Finding, Level, Levels, Options, Rule, Safety, Triaged};
use rolewright::model::project::Project;
use rolewright::report::place::{Places, RealNames};
use rolewright::report::{Report, Style, human};
use rolewright::rules::{self, ENGINE, RULES};
use rolewright::syntax::Sources;
use rolewright::syntax::date::Date;

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for folder in directories(&home().join("fixtures/rules")) {
        for case in directories(&folder) {
            let (rule, case_name) = (name(&folder), name(&case));
            trials.push(trial(format!("rules/{rule}/{case_name}"), move || rule_case(&rule, &case)));
        }
    }
    for folder in directories(&home().join("fixtures/projects")) {
        for case in directories(&folder) {
            let title = format!("projects/{}/{}", name(&folder), name(&case));
            trials.push(trial(title, move || project_case(&case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(title: String, test: impl FnOnce() -> Result<(), String> + Send + 'static) -> Trial {
    Trial::test(title, move || test().map_err(Failed::from))
}

fn rule_case(rule: &str, case: &Path) -> Result<(), String> {
    let rule = rules::named(rule).ok_or_else(|| format!("the folder has the name of no rule: {rule}"))?;
    let kind = name(case);
    let world = World::of(case, Some(rule))?;
    let mut problems = Vec::new();
    if kind.starts_with("bad") {
        problems.extend(bad_case(rule, case, &world).err());
    } else if kind.starts_with("good") {
        problems.extend(world.parses(rule).err());
        problems.extend(world.is_silent().err());
    } else if kind.starts_with("fixed") {
        problems.extend(world.parses(rule).err());
        problems.extend(world.is_silent().err());
        let bad = case.with_file_name(kind.replacen("fixed", "bad", 1));
        if !bad.is_dir() {
            problems.push(format!("there is no {} beside {kind}", name(&bad)));
        }
    } else {
        problems.push(format!("the name of the folder `{kind}` starts with none of bad, good, fixed"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn bad_case(rule: &'static Rule, case: &Path, world: &World) -> Result<(), String> {
    world.parses(rule)?;
    let markers = markers(case)?;
    let own: Vec<Mark> = markers.into_iter().filter(|mark| mark.rule == rule.name).collect();
    if own.is_empty() {
        return Err(format!("nothing is marked: write `#~ {}` at the end of each line at fault", rule.name));
    }
    agree(own, world.marks())?;
    world.spans_fit()?;
    let report = human::findings(&world.findings(), &world.loaded.project.sources, false);
    in_step(&case.with_extension("txt"), &report)?;

    let fixed = case.with_file_name(name(case).replacen("bad", "fixed", 1));
    let fixable = world.findings().iter().any(|finding| finding.fix.is_some());
    match (fixable, fixed.is_dir()) {
        (false, true) => Err(format!("{} exists, but no finding has a fix", name(&fixed))),
        (true, _) if !rule.fixable => {
            Err("a finding has a fix: set `fixable: true` in the rule's record".to_owned())
        }
        (true, false) if !blessing() => {
            Err(format!("findings have a fix, so {} is missing; ROLEWRIGHT_BLESS=1 writes it", name(&fixed)))
        }
        (true, _) => fix_case(case, &fixed, world),
        (false, false) => Ok(()),
    }
}

fn fix_case(bad: &Path, fixed: &Path, world: &World) -> Result<(), String> {
    let sources = &world.loaded.project.sources;
    let converged = lint::fix::converge(sources, Safety::Unsafe, |sources| world.again(sources));
    if let Some(held_back) = converged.held_back.first() {
        return Err(format!("a fix does harm: {held_back:?}"));
    }
    if let Some(unsettled) = converged.unsettled.first() {
        return Err(format!("the fixes do not come to an end: {unsettled:?}"));
    }
    let left = &converged.findings;
    if let Some(finding) = left.iter().find(|finding| finding.fix.is_some()) {
        return Err(format!("after all fixes something is left to fix: {}", finding.message));
    }
    for (path, text) in texts(bad) {
        let source = converged.sources.iter().find(|source| source.name == path);
        let text = source.map_or(text, |source| {
            let mark = if source.bom { "\u{feff}" } else { "" };
            format!("{mark}{}", source.text)
        });
        if path != "markers.txt" {
            in_step(&fixed.join(&path), &without_markers(&text))?;
        }
    }
    Ok(())
}

fn project_case(case: &Path) -> Result<(), String> {
    let kind = name(case);
    let world = World::of(case, None)?;
    match kind.as_str() {
        "as-written" => {
            agree(markers(case)?, world.marks())?;
            world.spans_fit()?;
            in_step(&case.with_extension("txt"), &world.report())
        }
        "fixed" => world.is_silent(),
        _ => Err(format!("the folder `{kind}` is neither as-written nor fixed")),
    }
}

/// A case, loaded and linted.
struct World {
    session: Session,
    loaded: Loaded,
    triaged: Triaged,
    rule: Option<&'static Rule>,
    levels: Levels,
}

impl World {
    fn of(case: &Path, rule: Option<&'static Rule>) -> Result<World, String> {
        let session = Session::of_directory(case).map_err(|failure| failure.to_string())?;
        let loaded = load::project(&[case.to_owned()], None, &session);
        if let Some(unread) = loaded.unread.first() {
            return Err(format!("{}: {}", unread.path, unread.message));
        }
        if let Some(crash) = loaded.crashes.first() {
            return Err(format!("{}: {}", crash.rule, crash.message));
        }
        if loaded.is_empty() {
            return Err("the folder holds no input".to_owned());
        }
        let levels = levels(&session.config.levels, rule);
        let triaged = triage(&loaded.project, &session, &levels);
        Ok(World { session, loaded, triaged, rule, levels })
    }

    /// What counts: the findings of the rule in question, or all.
    fn findings(&self) -> Vec<Finding> {
        self.of_interest(&self.triaged)
    }

    fn of_interest(&self, triaged: &Triaged) -> Vec<Finding> {
        let wanted = |finding: &&Finding| self.rule.is_none_or(|rule| finding.rule == rule);
        triaged.shown.iter().filter(wanted).cloned().collect()
    }

    /// What another state of the texts comes to.
    fn again(&self, sources: &Sources) -> Checked {
        let project = load::again(sources, &self.session);
        let triaged = triage(&project, &self.session, &self.levels);
        let errors = project.errors_by_source();
        Checked { findings: self.of_interest(&triaged), errors, directives: project.directives }
    }

    fn parses(&self, rule: &Rule) -> Result<(), String> {
        let error = self.loaded.project.syntax_errors.first();
        match error {
            Some(error) if rule.name != "syntax-error" => Err(format!(
                "the fixture does not parse:\n{}",
                human::errors(
                    std::slice::from_ref(error),
                    "syntax-error",
                    &self.loaded.project.sources,
                    false
                )
            )),
            _ => Ok(()),
        }
    }

    fn is_silent(&self) -> Result<(), String> {
        let findings = self.findings();
        if findings.is_empty() {
            return Ok(());
        }
        let report = human::findings(&findings, &self.loaded.project.sources, false);
        Err(format!("nothing should be reported here, but:\n{report}"))
    }

    fn spans_fit(&self) -> Result<(), String> {
        for finding in self.findings() {
            let spans = finding.labels.iter().map(|label| label.span).chain([finding.span]);
            for span in spans {
                let source = self.loaded.project.sources.get(span.source);
                if source.is_none_or(|source| source.text.get(span.range()).is_none()) {
                    return Err(format!("the span {span:?} of `{}` lies outside its text", finding.message));
                }
            }
            // Only of a text's very start may a finding speak without a character to point at.
            let empty = finding.span.start == finding.span.end && finding.span.start > 0;
            if empty && finding.rule.name != "syntax-error" {
                return Err(format!("the span of `{}` is empty", finding.message));
            }
        }
        Ok(())
    }

    fn marks(&self) -> Vec<Mark> {
        let places = Places::new(&self.loaded.project.sources);
        let findings = self.findings();
        let marks = findings.iter().map(|finding| {
            let place = places.of(finding.span);
            Mark {
                file: place.path.to_owned(),
                line: place.start.line as usize,
                rule: finding.rule.name.to_owned(),
            }
        });
        marks.collect()
    }

    fn report(&self) -> String {
        let real_names = RealNames::new();
        let report = Report {
            real_names: &real_names,
            project: &self.loaded.project,
            triaged: &self.triaged,
            unread: &self.loaded.unread,
            crashes: &self.loaded.crashes,
            excluded: self.loaded.excluded,
            evidence: self.loaded.evidence,
            compiled: self.loaded.compiled,
        };
        human::render(&report, Style::default())
    }
}

/// For one rule: it alone, at its own level or as a note. The engine's own rules need all others.
fn levels(configured: &Levels, rule: Option<&'static Rule>) -> Levels {
    let mut levels = configured.clone();
    let Some(rule) = rule else { return levels };
    if !matches!(rule.check, Check::Engine) {
        for other in RULES.iter().filter(|other| **other != rule) {
            levels.set(other, Level::Off);
        }
    }
    if levels.of(rule) == Level::Off {
        levels.set(rule, Level::Note);
    }
    levels
}

fn triage(project: &Project, session: &Session, levels: &Levels) -> Triaged {
    let today = Date::parse("2026-06-30");
    let options = Options { today, ..session.config.options.clone() };
    let findings = lint::run(&levels.active(RULES), project, &options);
    let mut triaged = lint::triage(findings, project, RULES, &ENGINE, levels, today);
    triaged.gather();
    triaged
}

/// A line that must be, or was, reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    file: String,
    line: usize,
    rule: String,
}

fn agree(marked: Vec<Mark>, reported: Vec<Mark>) -> Result<(), String> {
    let mut balance: BTreeMap<Mark, i64> = BTreeMap::new();
    for mark in marked {
        *balance.entry(mark).or_default() += 1;
    }
    for mark in reported {
        *balance.entry(mark).or_default() -= 1;
    }
    let mut problems = String::new();
    for (mark, surplus) in balance {
        let Mark { file, line, rule } = mark;
        if surplus > 0 {
            problems += &format!("{file}:{line}: marked `#~ {rule}`, but not reported\n");
        } else if surplus < 0 {
            problems += &format!("{file}:{line}: reported, but not marked: end the line with `#~ {rule}`\n");
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn markers(case: &Path) -> Result<Vec<Mark>, String> {
    let mut marks = Vec::new();
    for (file, text) in texts(case) {
        if file == "markers.txt" {
            for line in text.lines().filter(|line| !line.trim().is_empty()) {
                marks.push(listed(line).ok_or_else(|| format!("markers.txt: not `file:line rule`: {line}"))?);
            }
            continue;
        }
        for (at, line) in text.lines().enumerate() {
            let Some((_, marker)) = split_marker(line) else { continue };
            let names = marker.trim_start_matches('^');
            let above = marker.len() - names.len();
            for rule in names.split(',').map(str::trim) {
                marks.push(Mark { file: file.clone(), line: at + 1 - above.min(at), rule: rule.to_owned() });
            }
        }
    }
    match marks.iter().find(|mark| rules::named(&mark.rule).is_none()) {
        Some(mark) => Err(format!("{}:{}: the marker names no rule: `{}`", mark.file, mark.line, mark.rule)),
        None => Ok(marks),
    }
}

fn listed(line: &str) -> Option<Mark> {
    let (place, rule) = line.trim().split_once(' ')?;
    let (file, line) = place.rsplit_once(':')?;
    Some(Mark { file: file.to_owned(), line: line.parse().ok()?, rule: rule.trim().to_owned() })
}

/// The line before its marker, and what the marker says.
fn split_marker(line: &str) -> Option<(&str, &str)> {
    let at = [line.find("#~"), line.find("//~")].into_iter().flatten().min()?;
    let rest = line.get(at..)?;
    let says = rest.strip_prefix("#~").or_else(|| rest.strip_prefix("//~"))?;
    Some((line.get(..at)?, says))
}

fn without_markers(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        match split_marker(line) {
            Some((before, _)) if before.trim().is_empty() => {}
            Some((before, _)) => {
                out += before.trim_end();
                out.push('\n');
            }
            None => out += line,
        }
    }
    out
}
