//! `check --watch`: again whenever an input changes.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use super::{Args, once};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure, print, reader_is_gone, say};
use crate::cli::session::{Session, config_paths};
use crate::cli::walk;

/// How often to look.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs until somebody ends it, or nobody reads any more what it prints. What goes wrong in one run is said and does
/// not end it: the next change may mend it.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let mut read: Vec<PathBuf> = Vec::new();
    let mut before = stamps(args, global, &read)?;
    loop {
        if io::stdout().is_terminal() {
            print("\u{1b}[2J\u{1b}[3J\u{1b}[H")?;
        }
        match once(args, global) {
            Ok(run) => read = run.read,
            Err(failure) => failure.print(),
        }
        if reader_is_gone() {
            return Ok(Exit::Clean);
        }
        // What came in on the way, such as a policy that a spec names, is watched from now on.
        for (path, stamp) in stamps(args, global, &read)? {
            before.entry(path).or_insert(stamp);
        }
        if !global.quiet {
            let files = before.len();
            let files = if files == 1 { "1 file".to_owned() } else { format!("{files} files") };
            say(format_args!("watching {files}, Ctrl-C ends it"));
        }
        loop {
            thread::sleep(PAUSE);
            let now = stamps(args, global, &read)?;
            if now != before {
                before = now;
                break;
            }
        }
    }
}

/// When a file was last changed, and its length.
type Stamp = (SystemTime, u64);

/// All files that are there and that the outcome of a run hangs on: inputs, those that inputs name, configurations, the baseline.
fn stamps(args: &Args, global: &Global, read: &[PathBuf]) -> Result<BTreeMap<PathBuf, Stamp>, Failure> {
    let mut paths: Vec<PathBuf> = read.to_vec();
    paths.extend(config_paths(global)?);
    // A configuration that cannot be read is told by the run itself.
    if let Ok(session) = Session::start(&Global { verbose: false, ..global.clone() }) {
        let walked = walk::collect(&args.paths, &session);
        paths.extend(walked.files.into_values().map(|(path, _)| path));
        paths.extend(session.config_files.iter().cloned());
        paths.extend(args.baseline.iter().chain(&session.config.baseline).cloned());
        // What this writes itself is no reason to begin anew.
        let written: Vec<PathBuf> = args.report.iter().map(|file| session.absolute(&file.path)).collect();
        paths.retain(|path| !written.contains(path));
    }
    Ok(paths.into_iter().filter_map(|path| stamp(&path).map(|stamp| (path, stamp))).collect())
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
