//! `check`: the lint.

mod allow;
mod baseline;
mod fix;
mod said;
mod targets;
mod watch;

use std::fs;
use std::mem;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use self::baseline::Known;
use self::fix::Outcome;
use self::said::{complain, say_left_out, say_nothing, say_unread, say_what_limits_mean};
use super::args::Global;
use super::choice::Choice;
use super::exit::{Exit, Failure, print, print_lines, say};
use super::load::{self, Loaded};
use super::names::shown;
use super::progress::Progress;
use super::session::Session;
use super::write;
use crate::config::{Config, FailOn};
use crate::lint::{self, Crash, OtherPaths, Severity, Triaged};
use crate::model::project::{FileClass, Project};
use crate::report::place::RealNames;
use crate::report::{Format, Report, Style, clean, statistics};
use crate::rules::{ENGINE, RULES};
use crate::syntax::date::Date;
use crate::syntax::near::nearest;

/// Flags of `check`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files and directories; `-` is stdin
    ///
    /// Below a directory, files that a `.gitignore` names, hidden files, links to directories, and files that `compile`
    /// made and nobody changed since are left out.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human", conflicts_with_all = ["fix_only", "diff"])]
    pub format: Format,
    /// Also write a report to a file; may be given several times
    ///
    /// FORMAT is one of those of `--format`. Stdout still has the report that `--format` asks for. With `--fix`, the
    /// report is about what is left; `--fix-only` and `--diff` make no report.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = report_file, conflicts_with_all = ["fix_only", "diff"])]
    pub report: Vec<ReportFile>,
    /// Rules and levels.
    #[command(flatten)]
    pub choice: Choice,
    /// Show only findings of this severity or above; the others still count for the exit code
    #[arg(long, value_name = "SEVERITY", value_parser = ["error", "warning", "note"],
          help_heading = "Rules and levels")]
    pub min_severity: Option<String>,
    /// Exit with 0 instead of 1 when there are findings
    #[arg(long)]
    pub exit_zero: bool,
    /// Path, relative to the working directory, under which stdin is read and reported
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
    /// Also show what comments allow
    #[arg(long)]
    pub show_allowed: bool,
    /// Carry out fixes that change nothing of what is in force, then report what is left
    #[arg(long, group = "fixing")]
    pub fix: bool,
    /// Carry out fixes and report nothing
    #[arg(long, group = "fixing")]
    pub fix_only: bool,
    /// Show what fixes would change and change nothing; exit with 1 if that is anything
    #[arg(long, group = "fixing")]
    pub diff: bool,
    /// With one of these three: also fixes that may give or take access, or repair what never worked
    #[arg(long, requires = "fixing")]
    pub unsafe_fixes: bool,
    /// Write a comment that allows it, with this reason, above every line that has a finding
    #[arg(long, value_name = "REASON", conflicts_with_all = ["fixing", "write_baseline"], value_parser = allow::reason)]
    pub add_allow: Option<String>,
    /// Leave out findings that this file lists
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// List all findings in this file and leave them out from now on; of a file that is there, strike what is gone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["baseline", "fixing"])]
    pub write_baseline: Option<PathBuf>,
    /// The day of the run as YYYY-MM-DD, for what ends on a day [default: by the clock]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub now: Option<Date>,
    /// Instead of findings, say how often each rule reported
    #[arg(long, conflicts_with_all = ["format", "fix_only", "diff"])]
    pub statistics: bool,
    /// List the files and what they were taken for, and do nothing else
    #[arg(long)]
    pub show_files: bool,
    /// Run again whenever an input changes
    #[arg(long, conflicts_with_all = ["fixing", "add_allow", "write_baseline", "show_files"])]
    pub watch: bool,
}

fn day(text: &str) -> Result<Date, &'static str> {
    Date::parse(text).ok_or("write YYYY-MM-DD")
}

/// A report that goes to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportFile {
    /// How to report.
    pub format: Format,
    /// Where to.
    pub path: PathBuf,
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let wanted = || "write `FORMAT=FILE`, such as `sarif=rolewright.sarif`".to_owned();
    let (name, path) = text.split_once('=').ok_or_else(wanted)?;
    if path.is_empty() {
        return Err(wanted());
    }
    let Some(format) = Format::named(name) else {
        let names = Format::ALL.map(|format| format.words().0);
        return Err(match nearest(name, names) {
            Some(near) => format!("no format has the name `{name}`; did you mean `{near}`?"),
            None => format!("no format has the name `{name}`; there are {}", names.join(", ")),
        });
    };
    Ok(ReportFile { format, path: PathBuf::from(path) })
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Format] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, about) = self.words();
        Some(PossibleValue::new(name).help(about))
    }
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    if args.stdin_filename.is_some() && !args.paths.iter().any(|path| path.as_os_str() == "-") {
        let failure =
            Failure::new("`--stdin-filename` is given, but stdin is not among the paths".to_owned());
        return Err(failure.with_help("add `-` to the paths"));
    }
    if args.watch {
        if args.paths.iter().any(|path| path.as_os_str() == "-") {
            return Err(Failure::new("stdin cannot be watched".to_owned()));
        }
        return watch::run(args, global);
    }
    once(args, global).map(|run| run.exit)
}

/// What one run came to.
struct Run {
    exit: Exit,
    /// The files that were read.
    read: Vec<PathBuf>,
}

fn once(args: &Args, global: &Global) -> Result<Run, Failure> {
    let progress = Progress::new(global);
    let mut session = Session::start(global)?;
    args.choice.apply(&mut session.config);
    session.config.options.today = args.now.or(session.config.options.today);
    let stdin_name = args.stdin_filename.as_deref();
    let mut loaded = progress.during("reading", || load::project(&args.paths, stdin_name, &session));
    let read = loaded.paths.clone();
    if args.show_files {
        print_lines(&files(&loaded))?;
        return Ok(Run { exit: if loaded.unread.is_empty() { Exit::Clean } else { Exit::Unable }, read });
    }
    targets::look_at(args, &loaded, &session)?;
    say_what_limits_mean(&loaded.project, &session);
    session.config.settings.is_whole = is_whole(&args.paths, &loaded, &session);
    loaded.project.settings.is_whole = session.config.settings.is_whole;
    let known = Known::of(args, &session)?;
    let nothing = loaded.is_empty() && loaded.excluded == 0;
    let mut outcome = Outcome::default();
    if args.fix || args.fix_only || args.diff {
        outcome = fix::files(args, &mut loaded, known.as_ref(), &session)?;
        if !args.fix {
            complain(&outcome.crashes);
            complain(&loaded.crashes);
            say_unread(&loaded, &session);
            let exit = match fix::exit(&outcome, &loaded, args.diff) {
                Exit::Clean if nothing => say_nothing(),
                Exit::Findings if args.exit_zero => Exit::Clean,
                exit => exit,
            };
            return Ok(Run { exit, read });
        }
    }
    if let Some(reason) = &args.add_allow {
        outcome = allow::add(reason, &mut loaded, known.as_ref(), &session);
    }
    let (mut triaged, failed) =
        progress.during("checking", || gate(&loaded.project, known.as_ref(), &session));
    let crashes: Vec<Crash> =
        loaded.crashes.iter().cloned().chain(outcome.crashes.clone()).chain(failed).collect();
    if let Some(known) = &known {
        known.write(&mut triaged, &loaded.project, &session)?;
    }
    triaged.gather();
    // What is not shown counts all the same.
    let exit = exit(&loaded, &triaged, &crashes, session.config.fail_on());
    if let Some(least) = args.min_severity.as_deref().and_then(Severity::from_word) {
        let all = triaged.shown.len();
        triaged.shown.retain(|finding| finding.severity >= least);
        triaged.hidden = all - triaged.shown.len();
    }
    let mut formats = args.report.iter().map(|file| file.format).chain([args.format]);
    let real_names =
        if formats.any(Format::is_for_code_hosts) { real_names(&loaded, &session) } else { RealNames::new() };
    let report = Report {
        project: &loaded.project,
        real_names: &real_names,
        triaged: &triaged,
        unread: &loaded.unread,
        crashes: &crashes,
        excluded: loaded.excluded,
        evidence: loaded.evidence,
        compiled: loaded.compiled,
    };
    let style = Style { color: session.color, show_allowed: args.show_allowed, quiet: global.quiet };
    let text = if args.statistics { statistics::render(&report) } else { args.format.render(&report, style) };
    print(&text)?;
    if !global.quiet && (args.statistics || !args.format.has_closing_lines()) {
        say_left_out(&loaded);
    }
    let unwritten = write_reports(&args.report, &report, style);
    complain(&crashes);
    let fail_on = session.config.fail_on();
    if exit == Exit::Findings
        && !args.exit_zero
        && !triaged.shown.iter().any(|finding| fail_on.fails(finding.severity))
    {
        say("error: findings that `--min-severity` leaves out make the run fail");
        say(format_args!("help: findings count from the severity `{}` on, see `--fail-on`", fail_on.word()));
    }
    if args.statistics {
        say_unread(&loaded, &session);
    }
    if nothing {
        say_nothing();
    }
    if !args.watch {
        // The process is about to end; taking thousands of objects apart before would be for nothing.
        mem::forget(loaded);
    }
    let exit = match exit {
        _ if outcome.unsettled => Exit::Internal,
        Exit::Clean | Exit::Findings if nothing || unwritten || outcome.unable => Exit::Unable,
        Exit::Findings if args.exit_zero => Exit::Clean,
        exit => exit,
    };
    Ok(Run { exit, read })
}

/// True if the run is about all of the project, and all of it could be read.
fn is_whole(paths: &[PathBuf], loaded: &Loaded, session: &Session) -> bool {
    let holds_root =
        |path: &PathBuf| path.as_os_str() != "-" && session.root.starts_with(session.absolute(path));
    paths.iter().any(holds_root)
        && loaded.unread.is_empty()
        && loaded.crashes.is_empty()
        && loaded.project.syntax_errors.is_empty()
}

/// The names of files that were reached through a link and lie below the root.
fn real_names(loaded: &Loaded, session: &Session) -> RealNames {
    let Ok(root) = fs::canonicalize(&session.root) else { return RealNames::new() };
    let named = loaded.project.sources.iter().zip(&loaded.paths).filter_map(|(source, path)| {
        let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
        let real = is_link.then(|| fs::canonicalize(path).ok()).flatten()?;
        let inside = session.root.join(real.strip_prefix(&root).ok()?);
        Some((source.id, session.name(&inside)))
    });
    named.collect()
}

/// Writes each report to its file; true if one of them could not be written.
fn write_reports(files: &[ReportFile], report: &Report<'_>, style: Style) -> bool {
    let mut unwritten = false;
    for file in files {
        let text = file.format.render(report, Style { color: false, ..style });
        if let Err(error) = write::whole(&file.path, text.as_bytes()) {
            say(format_args!("error: cannot write the report `{}`: {error}", shown(&file.path)));
            unwritten = true;
        }
    }
    unwritten
}

/// All findings of a project, through the gate and past the baseline; and the rules that failed.
fn gate(project: &Project, known: Option<&Known>, session: &Session) -> (Triaged, Vec<Crash>) {
    let (mut triaged, failed) = lint(project, session);
    if let Some(known) = known {
        known.sift(&mut triaged, project, session);
    }
    (triaged, failed)
}

/// All findings of a project, through the gate; and the rules that failed.
pub fn lint(project: &Project, session: &Session) -> (Triaged, Vec<Crash>) {
    let with_links = with_links(project, session);
    let config = with_links.as_ref().unwrap_or(&session.config);
    let levels = &config.levels;
    let active = levels.active(RULES);
    let (findings, failed) = lint::run_contained(&active, project, &config.options, session.jobs);
    let mut triaged = lint::triage(findings, project, RULES, &ENGINE, levels, config.options.today);
    if !failed.is_empty() {
        // What a rule that failed would have reported is not unused.
        let unused = triaged.shown.iter_mut().filter(|finding| finding.rule == ENGINE.unused_allow);
        unused.for_each(|finding| finding.fix = None);
    }
    (triaged, failed)
}

/// The configuration for files of which some are reached through links, if they are: what it says of some paths holds
/// for those as well that the links lead to.
fn with_links(project: &Project, session: &Session) -> Option<Config> {
    if !session.config.has_paths() {
        return None;
    }
    let others = project.sources.iter().filter_map(|source| {
        let path = session.path(&source.name);
        let others = session.spellings.of(&path);
        (!others.is_empty()).then_some((path, others))
    });
    let others: OtherPaths = others.collect();
    (!others.is_empty()).then(|| session.config.knowing(others))
}

/// How a run ends that came to these results.
pub fn exit(loaded: &Loaded, triaged: &Triaged, crashes: &[Crash], fail_on: FailOn) -> Exit {
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
        out += &format!("{}: {word}\n", clean::line(&source.name));
    }
    for unread in &loaded.unread {
        if !project.sources.iter().any(|source| source.name == unread.path) {
            out += &format!("{}: unread, {}\n", clean::line(&unread.path), clean::line(&unread.message));
        }
    }
    out
}
