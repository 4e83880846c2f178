//! How a run ends, and where its words go.

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::config::version::OWN;
use crate::report::clean;

/// The exit codes, the same for every command and every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 0: nothing to report, yes, in step.
    Clean,
    /// 1: findings, no, drift.
    Findings,
    /// 2: could not do the job.
    Unable,
    /// 3: a bug of this program.
    Internal,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::Unable => 2,
            Exit::Internal => 3,
        })
    }
}

/// Why the job could not be done at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A lower-case phrase, or a rendered report.
    message: String,
    /// What the message speaks of, one to a line.
    list: Vec<String>,
    help: Option<String>,
    rendered: bool,
}

impl Failure {
    /// A failure with its reason.
    pub fn new(message: impl Into<String>) -> Failure {
        Failure { message: message.into(), list: Vec::new(), help: None, rendered: false }
    }

    /// A failure that was rendered already, source excerpts and all.
    pub fn rendered(text: String) -> Failure {
        Failure { message: text, list: Vec::new(), help: None, rendered: true }
    }

    /// Adds what the message speaks of, one to a line.
    pub fn with_list(self, list: Vec<String>) -> Failure {
        Failure { list, ..self }
    }

    /// Adds the remedy.
    pub fn with_help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// Writes it to stderr. Whatever it quotes, a terminal and a runner of pipelines have nothing to obey in it.
    pub fn print(&self) {
        let _ = io::stderr().write_all(self.to_string().as_bytes());
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rendered {
            return f.write_str(&clean::commands(&self.message));
        }
        writeln!(f, "error: {}", clean::commands(&clean::line(&self.message)))?;
        for line in &self.list {
            writeln!(f, "{}", clean::commands(&format!("  {}", clean::line(line))))?;
        }
        match &self.help {
            Some(help) => writeln!(f, "help: {}", clean::commands(&clean::line(help))),
            None => Ok(()),
        }
    }
}

/// Writes what people read to stdout: no line of it is a command to the runner of a pipeline.
pub fn print_lines(text: &str) -> Result<(), Failure> {
    print(&clean::commands(text))
}

/// Writes a diff to stdout.
///
/// It is made for programs that apply it, so not a byte of it may be another one. Where a runner would obey one of its
/// lines, the runner is told not to listen as long as it lasts: those programs pass over lines before and after it.
pub fn print_diff(diff: &str) -> Result<(), Failure> {
    if env::var_os("GITHUB_ACTIONS").is_none() || matches!(clean::commands(diff), Cow::Borrowed(_)) {
        return print(diff);
    }
    // Whoever wrote the inputs must not know the word that makes the runner listen again.
    let word = RandomState::new().hash_one(std::process::id());
    print(&format!("::stop-commands::rolewright-{word:016x}\n{diff}::rolewright-{word:016x}::\n"))
}

/// Writes a text to stdout as it is. A reader that has gone away is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            GONE.store(true, Ordering::Relaxed);
            Ok(())
        }
        Err(error) => Err(unwritable(&error)),
        Ok(()) => Ok(()),
    }
}

static GONE: AtomicBool = AtomicBool::new(false);

/// True if the reader of stdout has gone away, as far as [`print`] has met with it.
pub fn reader_is_gone() -> bool {
    GONE.load(Ordering::Relaxed)
}

/// Stdout takes nothing.
pub fn unwritable(error: &io::Error) -> Failure {
    Failure::new(format!("cannot write to stdout: {error}"))
}

/// Writes to stderr that the program went wrong by itself; `what` is a lower-case phrase.
pub fn say_bug(what: impl fmt::Display) {
    let what = what.to_string();
    say(format_args!("error: {}; this is a bug of rolewright {OWN}, please report it", clean::line(&what)));
}

/// Writes a line to stderr.
pub fn say(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", clean::commands(&line.to_string()));
}
