//! `check --fix`, `--fix-only`, `--diff`: text edits on the files themselves.

use std::collections::BTreeSet;
use std::path::Path;

use similar::TextDiff;

use super::baseline::Known;
use super::{Args, gate};
use crate::cli::exit::{Exit, Failure, print_diff, say, say_bug};
use crate::cli::load::{self, Loaded};
use crate::cli::session::Session;
use crate::cli::write;
use crate::lint::fix::{Checked, Fixed, Harm, HeldBack, Unsettled, converge};
use crate::lint::{Crash, Safety};
use crate::report::clean;
use crate::report::place::Places;
use crate::syntax::{Source, SourceId, Sources};

/// What fixing came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Files could not be written, or would have been broken.
    pub unable: bool,
    /// The fixes of some file undo each other.
    pub unsettled: bool,
    /// Parts of this program that failed on the way.
    pub crashes: Vec<Crash>,
    /// Some file changed, or would change.
    pub changed: bool,
}

/// Carries out fixes on the files of `loaded`, whose project is afterwards that of the texts as they lie on the disk.
pub fn files(
    args: &Args,
    loaded: &mut Loaded,
    known: Option<&Known>,
    session: &Session,
) -> Result<Outcome, Failure> {
    let up_to = if args.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    let mut crashes = Vec::new();
    let fixed = converge(&loaded.project.sources, up_to, |sources| {
        let project = load::again(sources, session);
        let (triaged, failed) = gate(&project, known, session);
        crashes.extend(failed);
        let errors = project.errors_by_source();
        Checked { findings: triaged.shown, errors, directives: project.directives }
    });
    let mut outcome = Outcome { crashes, ..Outcome::default() };
    complain(&fixed, session, &mut outcome);
    if args.diff {
        show(loaded, &fixed, &mut outcome)?;
        return Ok(outcome);
    }
    let saved = save(loaded, &fixed.sources, session, &mut outcome);
    if !saved.is_empty() {
        let applied = fixed.applied.iter().filter(|source| saved.contains(source)).count();
        let files = if saved.len() == 1 { "1 file".to_owned() } else { format!("{} files", saved.len()) };
        say(format_args!("{} in {files}", count(applied, "fixed")));
    }
    loaded.project = load::again(&on_disk(loaded, &fixed.sources, &saved), session);
    Ok(outcome)
}

/// Says which fixes were not carried out for the harm that they would do.
fn complain(fixed: &Fixed, session: &Session, outcome: &mut Outcome) {
    let places = Places::new(&fixed.sources);
    for HeldBack { rule, span, harm } in &fixed.held_back {
        let place = places.of(*span);
        let place = format!("{}:{}", clean::line(place.path), place.start.line);
        match harm {
            Harm::Breaks => {
                say(format_args!(
                    "error: the fix of `{rule}` in `{place}` is left out: the file would not parse after it"
                ));
                outcome.unable = true;
            }
            Harm::MovesAllowance if session.verbose => say(format_args!(
                "held back: the fix of `{rule}` in `{place}` would change what a suppression comment covers"
            )),
            Harm::MovesAllowance => {}
        }
    }
    for Unsettled { source, rules } in &fixed.unsettled {
        let name = fixed.sources.get(*source).map_or("", |source| &source.name);
        say_bug(format_args!(
            "`{name}` is left as it is: the fixes of {} do not come to an end",
            rules.join(", ")
        ));
        outcome.unsettled = true;
    }
}

/// The exit code of a run that does not report.
pub fn exit(outcome: &Outcome, loaded: &Loaded, diff: bool) -> Exit {
    if outcome.unsettled || !outcome.crashes.is_empty() || !loaded.crashes.is_empty() {
        Exit::Internal
    } else if outcome.unable || !loaded.unread.is_empty() || !loaded.project.syntax_errors.is_empty() {
        Exit::Unable
    } else if diff && outcome.changed {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

fn changed<'a>(
    loaded: &'a Loaded,
    next: &'a Sources,
) -> impl Iterator<Item = (&'a Source, &'a Source, &'a Path)> {
    let pairs = loaded.project.sources.iter().zip(next.iter()).zip(&loaded.paths);
    pairs.filter(|((old, new), _)| old.text != new.text).map(|((old, new), path)| (old, new, path.as_path()))
}

fn show(loaded: &Loaded, fixed: &Fixed, outcome: &mut Outcome) -> Result<(), Failure> {
    let mut out = String::new();
    for (old, new, _) in changed(loaded, &fixed.sources) {
        let name = clean::line(&old.name);
        let diff = TextDiff::from_lines(old.text.as_str(), new.text.as_str());
        let header = (format!("a/{name}"), format!("b/{name}"));
        out += &clean::source(&diff.unified_diff().header(&header.0, &header.1).to_string());
        outcome.changed = true;
    }
    print_diff(&out)?;
    if outcome.changed {
        say(format_args!("{}", count(fixed.applied.len(), "would be fixed")));
    }
    Ok(())
}

/// Writes what changed, and says of each file that cannot be written why; gives those that were written.
pub fn save(loaded: &Loaded, next: &Sources, session: &Session, outcome: &mut Outcome) -> BTreeSet<SourceId> {
    let mut saved = BTreeSet::new();
    for (old, new, path) in changed(loaded, next) {
        match save_one(old, new, path, session) {
            Ok(()) => {
                saved.insert(old.id);
            }
            Err(fault) => {
                say(format_args!("error: `{}` is not changed: {fault}", clean::line(&old.name)));
                outcome.unable = true;
            }
        }
        outcome.changed = true;
    }
    saved
}

/// The texts as they lie on the disk: the new ones where they were written, else the old ones.
pub fn on_disk(loaded: &Loaded, next: &Sources, saved: &BTreeSet<SourceId>) -> Sources {
    let pairs = loaded.project.sources.iter().zip(next.iter());
    let texts = pairs.map(|(old, new)| if saved.contains(&old.id) { new.clone() } else { old.clone() });
    Sources::new(texts.collect())
}

fn save_one(old: &Source, new: &Source, path: &Path, session: &Session) -> Result<(), String> {
    if path.as_os_str().is_empty() {
        return Err("it came from stdin; `--diff` shows what would change".to_owned());
    }
    let mark = |source: &Source| if source.bom { "\u{feff}" } else { "" };
    let whole = |source: &Source| format!("{}{}", mark(source), source.text);
    write::in_place(path, whole(old).as_bytes(), whole(new).as_bytes(), &session.root)
}

fn count(number: usize, done: &str) -> String {
    if number == 1 { format!("1 finding {done}") } else { format!("{number} findings {done}") }
}
