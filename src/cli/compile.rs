//! `compile`: specs to scripts and manifests.

pub mod folder;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::Global;
use super::check;
use super::exit::{Exit, Failure, print, print_diff, print_lines, say, say_bug};
use super::load::{self, Loaded};
use super::names::shown;
use super::session::Session;
use crate::emit::{self, Artefact, EmitError};
use crate::lint::{Crash, Finding, Severity};
use crate::model::project::{Project, Target};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::PolicyOrigin;
use crate::report::place::Places;
use crate::report::{clean, human};
use crate::semantics::least::{self, Need, Outcome, PolicyAnswer, Surplus};
use crate::syntax::SyntaxError;
use folder::{Change, Folder};

/// Flags of `compile`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Access specs, or directories that hold some
    #[arg(value_name = "SPEC", default_value = ".")]
    pub specs: Vec<PathBuf>,
    /// Directory that the artefacts are written to; nothing outside of it is touched, and nothing in it that
    /// rolewright did not make
    #[arg(short, long, value_name = "DIR", default_value = "build")]
    pub out: PathBuf,
    /// Write nothing; exit with 1 and a list if the directory is not in step with the specs
    #[arg(long, conflicts_with_all = ["stdout", "explain"])]
    pub check: bool,
    /// Write nothing; show what would change, exit with 1 if anything does
    #[arg(long, conflicts_with_all = ["stdout", "explain"])]
    pub diff: bool,
    /// Write nothing; print all artefacts
    #[arg(long, conflicts_with = "explain")]
    pub stdout: bool,
    /// Server that the script is for, where a spec does not say it
    #[arg(long, value_name = "SERVER")]
    pub target: Option<Server>,
    /// Write nothing; show which path rules each line of each grant became, and why, and where the expectations and
    /// workloads among the files are known to need less
    #[arg(long)]
    pub explain: bool,
}

/// A server that scripts can be made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Server {
    /// HashiCorp Vault.
    Vault,
    /// OpenBao.
    Openbao,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let mut session = Session::start(global)?;
    let out = session.absolute(&args.out);
    // What an earlier run has made is no input, unless it is asked for by name.
    let asked_for = args.specs.iter().any(|path| session.absolute(path).starts_with(&out));
    session.leave_out = (!asked_for && out.is_dir()).then(|| out.clone());
    if let Some(server) = args.target {
        session.config.settings.target = match server {
            Server::Vault => Target::VaultCurrent,
            Server::Openbao => Target::OpenBao,
        };
    }
    let loaded = load::project(&args.specs, None, &session);
    if let Some(exit) = refused(&loaded, &session) {
        return Ok(exit);
    }
    if args.explain {
        print_lines(&explained(&loaded.project))?;
        return Ok(Exit::Clean);
    }
    let artefacts =
        emit::artefacts(&loaded.project).map_err(|error| failure(&error, &loaded.project, &session))?;
    if args.stdout {
        print(&joined(&artefacts))?;
        return Ok(Exit::Clean);
    }
    if let Some(fault) = session.refusal(&out) {
        return Err(Failure::new(format!("cannot use `{}`: {fault}", shown(&args.out))));
    }
    let folder = Folder::compare(&out, &artefacts)?;
    if args.check || args.diff {
        if args.diff {
            print_diff(&folder.diff())?;
        } else {
            print_lines(&listed(&folder, &out, global))?;
        }
        return Ok(if folder.in_step() { Exit::Clean } else { Exit::Findings });
    }
    folder.write()?;
    print_lines(&written(&folder, &out, global))?;
    for kept in folder.edited() {
        say(format_args!(
            "warning: `{}` is no longer made, and stays because it was edited by hand",
            clean::line(kept)
        ));
    }
    Ok(Exit::Clean)
}

/// Why nothing can be made of the project; said on stderr.
fn refused(loaded: &Loaded, session: &Session) -> Option<Exit> {
    let (mut triaged, failed) = check::lint(&loaded.project, session);
    triaged.gather();
    let crashes: Vec<Crash> = loaded.crashes.iter().cloned().chain(failed).collect();
    let errors: Vec<Finding> =
        triaged.shown.into_iter().filter(|finding| finding.severity == Severity::Error).collect();
    let unreadable = !loaded.unread.is_empty() || !loaded.project.syntax_errors.is_empty();
    if errors.is_empty() && crashes.is_empty() && !unreadable {
        return None;
    }
    let report = human::findings(&errors, &loaded.project.sources, session.color);
    say(report.trim_end());
    for unread in &loaded.unread {
        say(format_args!(
            "error: cannot read `{}`: {}",
            clean::line(&unread.path),
            clean::line(&unread.message)
        ));
    }
    for crash in &crashes {
        say_bug(crash);
    }
    say("error: nothing was made: what is wrong above comes first");
    Some(match (crashes.is_empty(), unreadable) {
        (false, _) => Exit::Internal,
        (true, true) => Exit::Unable,
        (true, false) => Exit::Findings,
    })
}

fn failure(error: &EmitError, project: &Project, session: &Session) -> Failure {
    match error {
        EmitError::Refused { span, message } => {
            let place = SyntaxError::new(*span, message.clone());
            Failure::rendered(human::errors(&[place], "compile", &project.sources, session.color))
        }
        EmitError::NoSpec => Failure::new(error.to_string()).with_help(
            "name a `*.access.yaml` file or a directory that holds one; `rolewright init` writes an example",
        ),
        EmitError::Nul | EmitError::Yaml(_) => Failure::new(error.to_string()),
    }
}

/// Every grant with the path rules that it became, and where fewer are known to be needed, those.
fn explained(project: &Project) -> String {
    let of_grants = project.policies.iter().enumerate();
    let of_grants = of_grants.filter(|(_, policy)| policy.origin == PolicyOrigin::Grant);
    // As the rest of the project is: each grant is narrowed by hand, if at all.
    let all: BTreeSet<usize> = (0..project.policies.len()).collect();
    let suggestions = least::suggestions(project, &[], &all);
    let answers = least::by_itself(project, &[], &of_grants.map(|(at, _)| at).collect());
    let places = Places::new(&project.sources);
    let mut out = String::new();
    for grant in &project.grants {
        out += &format!("grant {}\n", clean::line(&grant.name.value));
        let of_grant =
            |answer: &&PolicyAnswer| answer.origin == PolicyOrigin::Grant && answer.span == grant.name.span;
        let answer = answers.iter().find(of_grant);
        let surplus = match answer.map(|answer| &answer.outcome) {
            Some(Outcome::Narrowed(narrowed)) => narrowed.surplus.as_slice(),
            _ => &[],
        };
        let roles = suggestions.roles.iter();
        let roles = roles.filter(|role| answer.is_some_and(|answer| answer.roles.contains(&role.name)));
        let needs: Vec<&Need> = roles.flat_map(|role| &role.needs).collect();
        for line in &grant.expansion {
            out += &format!("  {}\n", clean::line(&line.intent.value));
            for (path, capabilities, reason) in &line.rules {
                let words: Vec<&str> = capabilities.iter().map(|capability| capability.word()).collect();
                out += &format!("    {} [{}]  {reason}\n", clean::line(path), words.join(", "));
                let surplus = surplus.iter().find(|surplus| surplus.path == *path);
                if let Some(less) =
                    surplus.and_then(|surplus| less_of(surplus, capabilities, &needs, &places))
                {
                    out += &format!(
                        "      known to be needed: {less}; see `rolewright suggest {}`\n",
                        clean::line(&grant.name.value)
                    );
                }
            }
        }
    }
    if out.is_empty() { "no grants\n".to_owned() } else { out }
}

/// What is needed of these capabilities on a path rule, and who says so; nothing if all of it is.
fn less_of(
    surplus: &Surplus,
    capabilities: &[Capability],
    needs: &[&Need],
    places: &Places<'_>,
) -> Option<String> {
    let mut parts = Vec::new();
    for (label, held) in &surplus.now {
        let words: Vec<&str> =
            capabilities.iter().filter(|it| held.contains(**it)).map(|it| it.word()).collect();
        if words.is_empty() {
            continue;
        }
        if *label == surplus.path && words.len() == capabilities.len() {
            return None;
        }
        let of_label = |need: &&&Need| need.on.trim_end_matches('/') == label.trim_end_matches('/');
        let place = needs.iter().find(of_label).map(|need| {
            let place = places.of(need.span);
            format!(" ({}:{})", clean::line(place.path), place.start.line)
        });
        parts.push(format!("{} [{}]{}", clean::line(label), words.join(", "), place.unwrap_or_default()));
    }
    Some(if parts.is_empty() { "nothing of it".to_owned() } else { parts.join(", ") })
}

fn joined(artefacts: &[Artefact]) -> String {
    artefacts.iter().map(|artefact| format!("==> {} <==\n{}", artefact.path, artefact.text)).collect()
}

fn listed(folder: &Folder, out: &Path, global: &Global) -> String {
    let mut text = String::new();
    for (path, change) in folder.changes() {
        let word = match change {
            Change::Missing => "missing  ",
            Change::Differs => "differs  ",
            Change::Stale { .. } => "stale    ",
            Change::Same => continue,
        };
        text += &format!("{word}{}\n", clean::line(path));
    }
    if !global.quiet {
        text += &if folder.in_step() {
            format!("in step: {}\n", shown(out))
        } else {
            format!(
                "not in step with the specs: {}; run `rolewright compile` without `--check`\n",
                shown(out)
            )
        };
    }
    text
}

fn written(folder: &Folder, out: &Path, global: &Global) -> String {
    let (mut text, mut unchanged) = (String::new(), 0);
    for (path, change) in folder.changes() {
        let word = match change {
            Change::Missing | Change::Differs => "wrote    ",
            Change::Stale { edited: false } => "removed  ",
            Change::Stale { edited: true } => continue,
            Change::Same => {
                unchanged += 1;
                continue;
            }
        };
        text += &format!("{word}{}\n", clean::line(path));
    }
    if !global.quiet {
        text += &format!("{unchanged} unchanged, in {}\n", shown(out));
    }
    text
}
