//! `check` with a baseline: reading it, taking known findings out, writing it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::exit::{Failure, say};
use crate::cli::load;
use crate::cli::names::shown;
use crate::cli::session::Session;
use crate::cli::write;
use crate::lint::anchor::{Anchor, Anchors};
use crate::lint::baseline::Baseline;
use crate::lint::{Finding, Level, Triaged};
use crate::model::project::{FileClass, Project};
use crate::rules::{ENGINE, named};

/// The baseline of a run.
#[derive(Debug)]
pub struct Known {
    /// Where it lies.
    path: PathBuf,
    /// What it holds; `None` if it is to be made.
    baseline: Option<Baseline>,
    /// Whether it is to be written.
    write: bool,
}

impl Known {
    /// The baseline that the flags or the configuration name, if any.
    pub fn of(args: &Args, session: &Session) -> Result<Option<Known>, Failure> {
        let named = args.write_baseline.as_ref().or(args.baseline.as_ref());
        let configured =
            session.config.baseline.as_ref().filter(|_| !session.config.levels.profile.sees_all());
        let Some(path) = named.or(configured).cloned() else { return Ok(None) };
        let write = args.write_baseline.is_some();
        let absolute = session.absolute(&path);
        let shown = shown(&path);
        let fault = match session.refusal(&absolute) {
            None if named.is_none() && !in_project(&absolute, session) => {
                Some("it lies outside of the repository")
            }
            fault => fault,
        };
        if let Some(fault) = fault {
            return Err(Failure::new(format!("cannot read the baseline `{shown}`: {fault}")));
        }
        let baseline = match load::settings_text(&absolute) {
            Ok(text) => Some(Baseline::parse(&text).map_err(|error| {
                Failure::new(format!("`{shown}` {error}"))
                    .with_help("remove it, and make it anew with `--write-baseline`")
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound && write => None,
            Err(error) => {
                let failure = Failure::new(format!("cannot read the baseline `{shown}`: {error}"));
                return Err(failure.with_help("`--write-baseline FILE` makes one of what is found now"));
            }
        };
        Ok(Some(Known { path, baseline, write }))
    }

    /// Takes the known findings out of what is shown.
    pub fn sift(&self, triaged: &mut Triaged, project: &Project, session: &Session) {
        let Some(baseline) = &self.baseline else { return };
        let anchors = Anchors::new(project);
        let shown = std::mem::take(&mut triaged.shown);
        let (candidates, others): (Vec<Finding>, Vec<Finding>) =
            shown.into_iter().partition(|finding| can_be_known(finding, session));
        let sifted = baseline.sift(candidates, &anchors, |anchor| is_judged(anchor, project, session));
        triaged.shown = others;
        triaged.shown.extend(sifted.new);
        triaged.shown.sort_by_key(|finding| finding.span);
        triaged.known = sifted.known;
        triaged.stale = sifted.stale.iter().fold(0, |sum: usize, (_, _, count)| sum.saturating_add(*count));
    }

    /// Writes the baseline, if that was asked for. One that was there only loses entries; a new one takes in all that
    /// is shown.
    pub fn write(&self, triaged: &mut Triaged, project: &Project, session: &Session) -> Result<(), Failure> {
        if !self.write {
            return Ok(());
        }
        let anchors = Anchors::new(project);
        let new = match &self.baseline {
            Some(old) => {
                let known = triaged.known.clone();
                let sifted = old.sift(known, &anchors, |anchor| is_judged(anchor, project, session));
                triaged.stale = 0;
                old.without(&sifted.stale)
            }
            None => {
                let shown = std::mem::take(&mut triaged.shown);
                let (known, others) = shown.into_iter().partition(|finding| can_be_known(finding, session));
                triaged.known = known;
                triaged.shown = others;
                Baseline::of(&triaged.known, &anchors)
            }
        };
        let path = shown(&self.path);
        write::whole(&self.path, new.to_text().as_bytes())
            .map_err(|error| Failure::new(format!("cannot write the baseline `{path}`: {error}")))?;
        let findings = if new.len() == 1 { "finding" } else { "findings" };
        say(format_args!("baseline: {} {findings} in `{path}`", new.len()));
        Ok(())
    }
}

/// True if the baseline that a configuration names lies in its project, links resolved.
fn in_project(path: &Path, session: &Session) -> bool {
    let Ok(real) = fs::canonicalize(path) else { return true };
    let own = session.config_files.first().and_then(|path| path.parent());
    let directories = own.into_iter().chain([session.repository.as_path()]);
    directories
        .filter_map(|directory| fs::canonicalize(directory).ok())
        .any(|directory| real.starts_with(directory))
}

/// A text that cannot be read is nothing to get used to, and neither is what the configuration lets nobody allow.
fn can_be_known(finding: &Finding, session: &Session) -> bool {
    finding.rule != ENGINE.syntax_error && session.config.levels.can_be_allowed(finding.rule)
}

/// True if this run says whether a finding still occurs: its rule is on there and can be known, and its file was read to
/// the end or is gone.
fn is_judged(anchor: &Anchor, project: &Project, session: &Session) -> bool {
    let levels = &session.config.levels;
    let on = named(&anchor.rule)
        .is_none_or(|rule| levels.at(rule, &anchor.path) != Level::Off && levels.can_be_allowed(rule));
    let mut sources = project.sources.iter().zip(&project.classes);
    on && match sources.find(|(source, _)| source.name == anchor.path) {
        // A file that is no text is left alone and empty here; nobody looked at what it holds.
        Some((source, FileClass::Other)) => !source.text.is_empty(),
        Some((_, class)) => *class == FileClass::Read,
        None => !exists(&session.path(&anchor.path)),
    }
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
