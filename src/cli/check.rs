//! `check`: the lint.

use std::mem;
use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Global;
use super::exit::{Exit, Failure, print, say};
use super::load::{self, Loaded};
use super::session::Session;
use crate::config::FailOn;
use crate::lint::{self, Crash, Triaged};
use crate::model::project::FileClass;
use crate::report::{Report, Style, concise, human, json};
use crate::rules::{ENGINE, RULES};

/// Flags of `check`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files and directories; `-` is stdin
    ///
    /// Below a directory, files that a `.gitignore` names, hidden files, links to directories, and directories that
    /// `compile` made are left out.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// From which severity on findings make the run fail [default: warning]
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "note", "never"])]
    pub fail_on: Option<String>,
    /// Exit with 0 instead of 1 when there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Name under which stdin is read and reported
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// Also show what comments allow
    #[arg(long)]
    pub show_allowed: bool,
    /// List the files and what they were taken for, and do nothing else
    #[arg(long)]
    pub show_files: bool,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With the source text around each finding.
    Human,
    /// One line per finding.
    Concise,
    /// For programs.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path.as_os_str() == "-") {
        let failure =
            Failure::new("`--stdin-filename` is given, but stdin is not among the paths".to_owned());
        return Err(failure.with_help("add `-` to the paths"));
    }
    let session = Session::start(global)?;
    let loaded = load::project(&args.paths, args.stdin_filename.as_deref(), &session);
    if args.show_files {
        print(&files(&loaded))?;
        return Ok(if loaded.unread.is_empty() { Exit::Clean } else { Exit::Unable });
    }
    let (triaged, crashes) = lint(&loaded, &session);
    let report = Report {
        project: &loaded.project,
        triaged: &triaged,
        unread: &loaded.unread,
        crashes: &crashes,
        excluded: loaded.excluded,
        evidence: loaded.evidence,
        compiled: loaded.compiled,
    };
    let style = Style { color: session.color, show_allowed: args.show_allowed, quiet: global.quiet };
    print(&match args.format {
        Format::Human => human::render(&report, style),
        Format::Concise => concise::render(&report, style),
        Format::Json => json::render(&report),
    })?;
    for crash in &crashes {
        say(format_args!(
            "error: `{}` failed: {}; this is a bug of rolewright {}, please report it",
            crash.rule,
            crash.message,
            env!("CARGO_PKG_VERSION")
        ));
    }
    let nothing = loaded.is_empty() && loaded.excluded == 0;
    if nothing {
        say("error: no input found: no policy, manifest or spec among the files");
        say("help: name files or directories that hold some, or pipe them into `rolewright check -`");
    }
    let fail_on = args.fail_on.as_deref().and_then(FailOn::from_word).or(session.config.fail_on);
    let exit = exit(&loaded, &triaged, &crashes, fail_on.unwrap_or(FailOn::At(lint::Severity::Warning)));
    // The process is about to end; taking thousands of objects apart before would be for nothing.
    mem::forget(loaded);
    Ok(match exit {
        Exit::Clean | Exit::Findings if nothing => Exit::Unable,
        Exit::Findings if args.exit_zero => Exit::Clean,
        exit => exit,
    })
}

/// All findings of a loaded project, through the gate; and the parts of this program that failed.
pub fn lint(loaded: &Loaded, session: &Session) -> (Triaged, Vec<Crash>) {
    let levels = &session.config.levels;
    let active = levels.active(RULES);
    let (findings, failed) =
        lint::run_contained(&active, &loaded.project, &session.config.options, session.jobs);
    let triaged = lint::triage(findings, &loaded.project, RULES, &ENGINE, levels);
    (triaged, loaded.crashes.iter().cloned().chain(failed).collect())
}

fn exit(loaded: &Loaded, triaged: &Triaged, crashes: &[Crash], fail_on: FailOn) -> Exit {
    if !crashes.is_empty() {
        Exit::Internal
    } else if !loaded.unread.is_empty() || !loaded.project.syntax_errors.is_empty() {
        Exit::Unable
    } else if triaged.shown.iter().any(|finding| fail_on.fails(finding.severity)) {
        Exit::Findings
    } else {
        Exit::Clean
    }
}

fn files(loaded: &Loaded) -> String {
    let project = &loaded.project;
    let mut out = String::new();
    for (source, class) in project.sources.iter().zip(&project.classes) {
        let unread = loaded.unread.iter().find(|unread| unread.path == source.name);
        let word = match (unread, class) {
            (Some(unread), _) => format!("unread, {}", unread.message),
            (None, FileClass::Read) => "read".to_owned(),
            (None, FileClass::Broken) => "read in part, it has syntax errors".to_owned(),
            (None, FileClass::Template(kind)) => format!("template ({kind}), not read"),
            (None, FileClass::Other) => "left alone".to_owned(),
        };
        out += &format!("{}: {word}\n", crate::report::clean::line(&source.name));
    }
    out
}
