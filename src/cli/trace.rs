//! `trace`: a pod on its way to its secrets.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Global;
use super::exit::{Exit, Failure, print, print_lines, say, say_bug};
use super::load::{self, Loaded};
use super::session::Session;
use crate::model::kube::workload::Workload;
use crate::report::clean;
use crate::report::place::Places;
use crate::report::trace::{self as report, Traced};
use crate::semantics::trace::{Candidate, Fetch, Mark, Route, Tracer, named};

/// Flags of `trace`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// `NAMESPACE/NAME`, `KIND/NAME`, `KIND/NAMESPACE/NAME`, or a name that occurs once
    #[arg(value_name = "WORKLOAD")]
    pub workload: String,
    /// Only this secret: its name in the annotations, its file, its key or its path [default: all]
    #[arg(value_name = "SECRET")]
    pub secret: Option<String>,
    /// Files and directories that hold the workload, the auth roles and the policies
    #[arg(long = "in", value_name = "PATH", default_value = ".", num_args = 1)]
    pub paths: Vec<PathBuf>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Stage by stage.
    Human,
    /// For programs.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let loaded = load::project(&args.paths, None, &session);
    let (text, exit) = answer(&loaded, args, session.color, global.quiet)?;
    match args.format {
        Format::Human => print_lines(&text)?,
        Format::Json => print(&text)?,
    }
    Ok(exit)
}

/// What is printed on stdout, and how the run ends.
pub fn answer(loaded: &Loaded, args: &Args, color: bool, quiet: bool) -> Result<(String, Exit), Failure> {
    let project = &loaded.project;
    let Candidate { workload, namespace } = the_one(loaded, &args.workload)?;
    let namespace = workload.meta.namespace_name().or(namespace);
    let tracer = Tracer::new(project);
    let mut routes = tracer.routes(workload, namespace);
    let unexplained = tracer.unexplained_secrets(workload, namespace);
    let mut unexplained: Vec<String> = unexplained.iter().map(|name| name.value.clone()).collect();
    if routes.is_empty() {
        return Err(nothing_fetched(workload, &unexplained));
    }
    if let Some(secret) = &args.secret {
        routes = only(routes, secret, &args.workload)?;
        unexplained.clear();
    }
    let traced = Traced { project, workload, namespace, routes: &routes, unexplained: &unexplained };
    let text = match args.format {
        Format::Human => report::human(&traced, color, quiet),
        Format::Json => report::json(&traced),
    };
    let whole = say_unread(loaded);
    let exit = match traced.mark() {
        _ if !loaded.crashes.is_empty() => Exit::Internal,
        Mark::Failed => Exit::Findings,
        Mark::Unknown => Exit::Unable,
        Mark::Passed if !whole => Exit::Unable,
        Mark::Passed => Exit::Clean,
    };
    Ok((text, exit))
}

/// Says what could not be read; true if everything could.
fn say_unread(loaded: &Loaded) -> bool {
    for unread in &loaded.unread {
        say(format_args!("warning: {}: {}", clean::line(&unread.path), unread.message));
    }
    for crash in &loaded.crashes {
        say_bug(crash);
    }
    let places = Places::new(&loaded.project.sources);
    let mut last = None;
    for error in &loaded.project.syntax_errors {
        if last != Some(error.span.source) {
            last = Some(error.span.source);
            let place = places.of(error.span);
            let path = clean::line(place.path);
            say(format_args!("warning: {path}:{}: {}", place.start.line, clean::line(&error.message)));
        }
    }
    let whole =
        loaded.unread.is_empty() && loaded.crashes.is_empty() && loaded.project.syntax_errors.is_empty();
    if !whole {
        say("warning: the answer does without what could not be read");
    }
    whole
}

fn the_one<'l, 'w>(loaded: &'l Loaded, words: &'w str) -> Result<Candidate<'l, 'w>, Failure> {
    let project = &loaded.project;
    let found = named(project, words);
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let message = format!("no workload is named `{}`", clean::line(words));
            let name = words.rsplit('/').next().unwrap_or(words);
            let near: Vec<String> = project
                .workloads
                .iter()
                .filter(|it| strsim::damerau_levenshtein(&it.meta.name.value, name) <= 2)
                .take(5)
                .map(|it| format!("`{}`", shown(it)))
                .collect();
            let help = match (near.is_empty(), project.workloads.is_empty()) {
                (false, _) => format!("did you mean {}?", near.join(" or ")),
                (true, true) => {
                    "there is none among the files; say where they lie with `--in PATH`".to_owned()
                }
                (true, false) => format!(
                    "there are {} among the files; say where others lie with `--in PATH`",
                    project.workloads.len()
                ),
            };
            Err(Failure::new(message).with_help(help))
        }
        several => {
            let places = Places::new(&project.sources);
            let message = format!("`{}` may mean any of {} workloads", clean::line(words), several.len());
            let list = several.iter().map(|candidate| {
                let place = places.of(candidate.workload.meta.name.span);
                format!("{}  {}:{}", shown(candidate.workload), place.path, place.start.line)
            });
            let help = "name one of them as it stands here, or narrow the files down with `--in PATH`";
            Err(Failure::new(message).with_list(list.collect()).with_help(help))
        }
    }
}

/// `KIND/NAMESPACE/NAME`, or `KIND/NAME`.
fn shown(workload: &Workload) -> String {
    let kind = workload.kind.value.to_lowercase();
    match workload.meta.namespace_name() {
        Some(namespace) => format!("{kind}/{namespace}/{}", workload.meta.name),
        None => format!("{kind}/{}", workload.meta.name),
    }
}

fn nothing_fetched(workload: &Workload, unexplained: &[String]) -> Failure {
    let message = format!("nothing in the inputs says that `{}` gets a secret from Vault", shown(workload));
    let failure = Failure::new(clean::line(&message).into_owned());
    if unexplained.is_empty() {
        return failure.with_help(
            "looked for are annotations of the Agent Injector, configurations of Vault Agent, volumes of the CSI driver, \
             and objects of the Vault Secrets Operator and External Secrets that make Secrets which the pod uses",
        );
    }
    let named: Vec<String> = unexplained.iter().map(|name| format!("`{}`", clean::line(name))).collect();
    failure.with_help(format!(
        "it uses the Secret {}; add the files that say who makes it with `--in PATH`",
        named.join(", ")
    ))
}

/// The routes with this secret alone.
fn only(routes: Vec<Route>, secret: &str, workload: &str) -> Result<Vec<Route>, Failure> {
    let is_meant = |fetch: &Fetch| {
        let path = fetch.path.as_deref().unwrap_or_default();
        let plain = path.replacen("/data/", "/", 1);
        fetch.secret == secret
            || path == secret
            || plain == secret
            || fetch.aliases.iter().any(|it| it == secret)
    };
    let mut known: Vec<String> = Vec::new();
    let mut kept = Vec::new();
    for mut route in routes {
        known.extend(route.fetches.iter().map(|fetch| format!("`{}`", clean::line(&fetch.secret))));
        route.fetches.retain(is_meant);
        if !route.fetches.is_empty() {
            kept.push(route);
        }
    }
    if !kept.is_empty() {
        return Ok(kept);
    }
    known.sort();
    known.dedup();
    let message = format!("`{}` asks for no secret `{}`", clean::line(workload), clean::line(secret));
    let failure = Failure::new(message);
    Err(match known.is_empty() {
        true => failure,
        false => failure.with_help(format!("it asks for {}", known.join(", "))),
    })
}
