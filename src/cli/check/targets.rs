//! Where `check` writes reports and baselines: looked at before anything is written.

use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::exit::Failure;
use crate::cli::links::Identity;
use crate::cli::load::Loaded;
use crate::cli::names::shown;
use crate::cli::session::Session;
use crate::model::project::FileClass;

/// Refuses to write over links that lead out of the project, over anything that this run reads, and twice to one file.
pub fn look_at(args: &Args, loaded: &Loaded, session: &Session) -> Result<(), Failure> {
    let reports = args.report.iter().map(|file| ("report", &file.path));
    let targets: Vec<(&str, &PathBuf)> =
        reports.chain(args.write_baseline.iter().map(|path| ("baseline", path))).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let mut taken: Vec<(Identity, &Path)> = Vec::new();
    let inputs: Vec<Identity> =
        inputs(args, loaded, session).iter().filter_map(|path| Identity::of(path)).collect();
    for (what, path) in targets {
        let cannot = |why: &str| Failure::new(format!("cannot write the {what} `{}`: {why}", shown(path)));
        if let Some(fault) = session.refusal(path) {
            return Err(cannot(fault).with_help("name the file itself"));
        }
        let Some(identity) = Identity::of(path) else { continue };
        if inputs.iter().any(|input| input.is_same(&identity)) {
            return Err(cannot("it is an input of this run"));
        }
        if let Some((_, other)) = taken.iter().find(|(other, _)| other.is_same(&identity)) {
            return Err(cannot(&format!("`{}` is the same file", shown(other)))
                .with_help("two reports, or a report and a baseline, go to two files"));
        }
        taken.push((identity, path));
    }
    Ok(())
}

/// All files that this run has read and made sense of. An old report among the files is none of them.
fn inputs(args: &Args, loaded: &Loaded, session: &Session) -> Vec<PathBuf> {
    let project = &loaded.project;
    let of_concern = project.sources.iter().zip(&project.classes).zip(&loaded.paths);
    let of_concern = of_concern.filter(|((source, class), path)| {
        // Evidence of mounts is left without a class, and keeps its text.
        (**class != FileClass::Other || !source.text.is_empty()) && !path.as_os_str().is_empty()
    });
    let mut inputs: Vec<PathBuf> = of_concern.map(|(_, path)| path.clone()).collect();
    inputs.extend(session.config_files.iter().cloned());
    if args.write_baseline.is_none() {
        inputs.extend(args.baseline.iter().chain(&session.config.baseline).cloned());
    }
    inputs
}
