//! `suggest`: the least that policies must grant.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::Global;
use super::exit::{Exit, Failure, print, print_diff, say_bug};
use super::load::{self, Loaded};
use super::session::Session;
use crate::emit::proposal::{OutOfReach, Proposal, proposal};
use crate::model::project::{FileClass, Project};
use crate::report::clean;
use crate::report::place::Places;
use crate::report::suggestion::human::Look;
use crate::report::suggestion::{Counts, FileChange, Suggested, human, json};
use crate::semantics::reach::RoleName;
use crate::syntax::{SourceId, Span};

/// The page of `suggest --help`.
pub const ABOUT: &str = "\
Says for auth roles how much less their policies could grant: the smallest policies under which everything still works \
that the files show to be needed, as a diff that `git apply` takes.

Needed is what the `can` expectations claim of a role, of service accounts that come through it and of its policies, and \
what the workloads fetch that log in through it, as `trace` follows them: Agent Injector, Vault Agent, Secrets Store CSI \
driver, Vault Secrets Operator, External Secrets. Each need is listed with its place; one that is not granted today is \
listed as MISSING and not added.

A path rule of which less is needed is narrowed to the paths (up to eight, else its pattern stays) and the capabilities \
that are needed, with its constraints and its comments; one that nobody needs goes. A policy of which nothing is needed is \
taken out of the roles that attach it. A template stays where several service accounts need paths of it, a `deny` and a rule \
in the way of a broader one stay where they still have an effect. The policy `default` is not touched.

The diff names the files that links lead to, and touches the lines of rules that change and no others. What is \
proved is the project that it makes, all of it applied, and no other: the changed files are read again, no token of \
any role opens more than before, on any server of the target, every expectation is proved and every workload traced \
once more before anything is shown. Policies that no diff reaches (those of grants, texts inside of specs, JSON, \
what a role has from an anchor, links that lead out of the project) count as they are; what could be taken from each \
of them alone, once the diff is applied, is marked `by hand`, with the reason. Run again after the diff is applied, \
nothing but that is left.

Nothing is suggested for a role of whose users the files do not say enough: without workloads and expectations; \
where a service account or a namespace that it names is used by none of them; where a workload hands its token on or \
runs a command beside the agent, reads a path that a template computes, or lies in a template that was not rendered; \
where annotations for secrets name it in a file that is not followed (a Rollout, values of a chart, a patch); where \
External Secrets or the Vault Secrets Operator ask for more than secrets (pushed secrets, generators, metadata, \
encrypted caches, revocation, events); where a policy is not there, or there twice. Known is what the files show and \
nothing else: a program that speaks to Vault by itself is not seen.";

/// What follows the flags there.
pub const EXIT_CODES: &str = "\
Exit codes: 0 nothing to narrow; 1 something can be narrowed, be it by the diff or by hand alone; 2 an input cannot \
be read, there is no such role, or too little is known of a role that is named, or of all; 3 a bug of rolewright.";

/// Flags of `suggest`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// `NAME` or `MOUNT/NAME` of auth roles [default: all]
    #[arg(value_name = "ROLE")]
    pub roles: Vec<String>,
    /// Files and directories that hold the roles, their policies, and whatever uses them
    #[arg(long = "in", value_name = "PATH", default_value = ".", num_args = 1)]
    pub paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Needs, surplus and a diff.
    Human,
    /// For programs; `rolewright schema suggest-report` describes it.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let loaded = load::project(&args.paths, None, &session);
    let (text, exit) = answer(&loaded, args, &session, global.quiet)?;
    match args.format {
        Format::Human => print_diff(&text)?,
        Format::Json => print(&text)?,
    }
    Ok(exit)
}

/// What is printed on stdout, and how the run ends.
pub fn answer(
    loaded: &Loaded,
    args: &Args,
    session: &Session,
    quiet: bool,
) -> Result<(String, Exit), Failure> {
    readable(loaded)?;
    let project = &loaded.project;
    let chosen = chosen(project, &args.roles)?;
    let (names, out_of_reach) = in_reach(loaded, session);
    let proposal = match proposal(project, &chosen, &out_of_reach) {
        Ok(proposal) => proposal,
        Err(disagreement) => {
            say_bug(format_args!("nothing is suggested: {disagreement}"));
            return Ok((String::new(), Exit::Internal));
        }
    };
    let files = files(project, &proposal, &names);
    let Proposal { suggestions, texts, .. } = &proposal;
    let together = proposal.together(project);
    let suggested = Suggested { project, suggestions, texts, files: &files, together: &together };
    let text = match args.format {
        Format::Human => human::render(&suggested, Look { color: session.color, quiet }),
        Format::Json => json::render(&suggested),
    };
    let counts = Counts::of(suggestions);
    let is_in_the_dark = counts.withheld == counts.roles || (!chosen.is_empty() && counts.withheld > 0);
    let exit = match counts.narrowed {
        _ if is_in_the_dark => Exit::Unable,
        0 => Exit::Clean,
        _ => Exit::Findings,
    };
    Ok((text, exit))
}

/// Whoever cannot be read may be one who needs something.
fn readable(loaded: &Loaded) -> Result<(), Failure> {
    let why = if let Some(crash) = loaded.crashes.first() {
        crash.message.clone()
    } else if let Some(unread) = loaded.unread.first() {
        format!("{}: {}", unread.path, unread.message)
    } else if let Some((span, message)) = first_fault(&loaded.project) {
        let places = Places::new(&loaded.project.sources);
        let place = places.of(span);
        format!("{}:{}: {message}", place.path, place.start.line)
    } else if let Some(name) = loaded.project.templates_with("rolewright/v1").next() {
        format!("the template of a spec `{name}` was not rendered")
    } else {
        return Ok(());
    };
    let message =
        format!("some of the files cannot be read, and what they need is not known: {}", clean::line(&why));
    Err(Failure::new(message)
        .with_help("mend them, or narrow the files down with `--in PATH`; `rolewright check` says more"))
}

fn first_fault(project: &Project) -> Option<(Span, &str)> {
    let syntax = project.syntax_errors.iter().map(|error| (error.span, error.message.as_str()));
    syntax.chain(project.malformed.iter().map(|fault| (fault.span, fault.message.as_str()))).next()
}

/// The roles that are named.
fn chosen(project: &Project, words: &[String]) -> Result<Vec<RoleName>, Failure> {
    if project.auth_roles.is_empty() {
        return Err(Failure::new("there is no auth role among the files")
            .with_help("say where they lie with `--in PATH`"));
    }
    let mut chosen = Vec::new();
    for word in words {
        let text = word.strip_prefix("role:").unwrap_or(word);
        let (mount, name) = match text.rsplit_once('/') {
            Some((mount, name)) => (Some(mount.strip_prefix("auth/").unwrap_or(mount)), name),
            None => (None, text),
        };
        let mut roles = project.auth_roles.iter();
        let is_there = roles.any(|role| {
            role.name.value.eq_ignore_ascii_case(name)
                && mount.is_none_or(|mount| mount == role.mount.trim_matches('/'))
        });
        if !is_there {
            let failure = Failure::new(format!("no auth role is named `{}`", clean::words(word)));
            let near =
                crate::syntax::near::nearest(name, project.auth_roles.iter().map(|role| role.name.as_str()));
            return Err(match near {
                Some(near) => failure.with_help(format!("did you mean `{}`?", clean::words(near))),
                None => failure.with_help("say where it lies with `--in PATH`"),
            });
        }
        chosen.push(RoleName { mount: mount.map(str::to_owned), name: name.to_owned() });
    }
    Ok(chosen)
}

/// Where the texts lie that a diff reaches, links resolved, from the root on; and why it does not reach the others.
fn in_reach(loaded: &Loaded, session: &Session) -> (BTreeMap<SourceId, String>, OutOfReach) {
    let (mut names, mut out_of_reach) = (BTreeMap::new(), OutOfReach::new());
    let mut texts: BTreeMap<String, Vec<SourceId>> = BTreeMap::new();
    let root = fs::canonicalize(&session.root).unwrap_or_else(|_| session.root.clone());
    let sources = loaded.project.sources.iter().zip(&loaded.paths).zip(&loaded.project.classes);
    for ((source, path), _) in sources.filter(|(_, class)| **class != FileClass::Other) {
        match name(path, &root) {
            Ok(name) => {
                texts.entry(name.clone()).or_default().push(source.id);
                names.insert(source.id, name);
            }
            Err(why) => drop(out_of_reach.insert(source.id, why.to_owned())),
        }
    }
    for source in texts.into_values().filter(|sources| sources.len() > 1).flatten() {
        out_of_reach.insert(source, "its file is read under several names".to_owned());
    }
    (names, out_of_reach)
}

/// The name that a diff has for a file, else why it has none.
fn name(path: &Path, root: &Path) -> Result<String, &'static str> {
    if path.as_os_str().is_empty() {
        return Err("it was read from stdin");
    }
    let real = fs::canonicalize(path).map_err(|_| "its file cannot be found any more")?;
    let Ok(below) = real.strip_prefix(root) else {
        return Err(if path.starts_with(root) {
            "its file is a link that leads out of the project"
        } else {
            "its file lies outside of the project"
        });
    };
    let name = below.components().map(|part| part.as_os_str().to_str()).collect::<Option<Vec<&str>>>();
    name.map(|parts| parts.join("/")).ok_or("the name of its file is no text")
}

/// The files that change, as they are and as they could be.
fn files(project: &Project, proposal: &Proposal, names: &BTreeMap<SourceId, String>) -> Vec<FileChange> {
    let changed = project.sources.iter().zip(proposal.sources.iter());
    let changed = changed.filter(|(old, new)| old.text != new.text).map(|(old, new)| {
        let policies = proposal.changes.get(&old.id).into_iter().flatten().copied().collect();
        FileChange::new(names.get(&old.id).unwrap_or(&old.name).clone(), old, new, policies)
    });
    changed.collect()
}
