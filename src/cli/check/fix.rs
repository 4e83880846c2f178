//! `check --fix`, `--fix-only`, `--diff`: text edits on the files themselves.

use std::path::Path;

use similar::TextDiff;

use super::baseline::Known;
use super::{Args, gate};
use crate::cli::exit::{Exit, Failure, print_diff, say};
use crate::cli::load::{self, Loaded};
use crate::cli::session::Session;
use crate::cli::write;
use crate::lint::fix::{Checked, Fixed, converge};
use crate::lint::{Crash, Safety};
use crate::report::clean;
use crate::syntax::Source;

/// What fixing came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Files could not be written, or would have been broken.
    pub unable: bool,
    /// Parts of this program that failed on the way.
    pub crashes: Vec<Crash>,
    /// Some file changed, or would change.
    pub changed: bool,
}

/// Carries out fixes on the files of `loaded`, whose project is afterwards that of the new texts.
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
        Checked { findings: triaged.shown, errors: project.errors_by_source() }
    });
    let fixed = match fixed {
        Ok(fixed) => fixed,
        Err(error) => {
            crashes.push(Crash { rule: "fix", message: format!("{error}; nothing was changed") });
            return Ok(Outcome { crashes, ..Outcome::default() });
        }
    };
    let mut outcome = Outcome { crashes, ..Outcome::default() };
    for id in &fixed.left_alone {
        let name = loaded.project.sources.get(*id).map_or("", |source| &source.name);
        say(format_args!(
            "error: `{}` is left as it is: it would not parse after the fixes",
            clean::line(name)
        ));
        outcome.unable = true;
    }
    if args.diff {
        show(loaded, &fixed, &mut outcome)?;
    } else {
        let files = save(loaded, &fixed, session, &mut outcome);
        if files > 0 {
            let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
            say(format_args!("{} in {files}", count(fixed.applied, "fixed")));
        }
    }
    loaded.project = load::again(&fixed.sources, session);
    Ok(outcome)
}

/// The exit code of a run that does not report.
pub fn exit(outcome: &Outcome, loaded: &Loaded, diff: bool) -> Exit {
    if !outcome.crashes.is_empty() || !loaded.crashes.is_empty() {
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
    fixed: &'a Fixed,
) -> impl Iterator<Item = (&'a Source, &'a Source, &'a Path)> {
    let pairs = loaded.project.sources.iter().zip(fixed.sources.iter()).zip(&loaded.paths);
    pairs.filter(|((old, new), _)| old.text != new.text).map(|((old, new), path)| (old, new, path.as_path()))
}

fn show(loaded: &Loaded, fixed: &Fixed, outcome: &mut Outcome) -> Result<(), Failure> {
    let mut out = String::new();
    for (old, new, _) in changed(loaded, fixed) {
        let name = clean::line(&old.name);
        let diff = TextDiff::from_lines(old.text.as_str(), new.text.as_str());
        let header = (format!("a/{name}"), format!("b/{name}"));
        out += &clean::source(&diff.unified_diff().header(&header.0, &header.1).to_string());
        outcome.changed = true;
    }
    print_diff(&out)?;
    if outcome.changed {
        say(format_args!("{}", count(fixed.applied, "would be fixed")));
    }
    Ok(())
}

/// Writes what changed, and says of each file that cannot be written why; gives how many were written.
pub fn save(loaded: &Loaded, fixed: &Fixed, session: &Session, outcome: &mut Outcome) -> usize {
    let mut files = 0;
    for (old, new, path) in changed(loaded, fixed) {
        match save_one(old, new, path, session) {
            Ok(()) => files += 1,
            Err(fault) => {
                say(format_args!("error: `{}` is not changed: {fault}", clean::line(&old.name)));
                outcome.unable = true;
            }
        }
        outcome.changed = true;
    }
    files
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
