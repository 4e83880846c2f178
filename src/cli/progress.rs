//! A line on stderr that says that a long run is still at work.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::args::Global;

/// How long a run may take before it says anything.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written anew.
const STEP: Duration = Duration::from_millis(250);

/// Tells somebody at a terminal what a run is at, once it has lasted for a second; the line is gone when the work is
/// done. Nobody is told where stderr is no terminal, in CI, or with `--quiet`.
#[derive(Debug)]
pub struct Progress {
    start: Instant,
    on: bool,
}

impl Progress {
    /// Of a run that starts now.
    pub fn new(global: &Global) -> Progress {
        let ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
        let dumb = env::var_os("TERM").is_none_or(|term| term == "dumb");
        Progress { start: Instant::now(), on: !global.quiet && !ci && !dumb && io::stderr().is_terminal() }
    }

    /// Does the work, and says so if it takes long.
    pub fn during<T>(&self, doing: &'static str, work: impl FnOnce() -> T) -> T {
        if !self.on {
            return work();
        }
        let (done, ended) = mpsc::channel::<()>();
        thread::scope(|scope| {
            scope.spawn(move || self.tell(doing, &ended));
            // Dropped also if the work panics, which ends the other thread.
            let _done = done;
            work()
        })
    }

    fn tell(&self, doing: &str, ended: &Receiver<()>) {
        let mut told = false;
        let mut wait = PATIENCE.saturating_sub(self.start.elapsed());
        while ended.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
            let mut stderr = io::stderr();
            let _ = write!(stderr, "\r{doing} ... {} s", self.start.elapsed().as_secs());
            let _ = stderr.flush();
            told = true;
            wait = STEP;
        }
        if told {
            let _ = write!(io::stderr(), "\r\u{1b}[2K");
        }
    }
}
