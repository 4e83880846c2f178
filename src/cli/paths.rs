//! `paths`: how somebody could make themselves root on Vault or administrator of the cluster.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Global;
use super::can_i::load_named;
use super::exit::{Exit, Failure, print, print_lines, say};
use super::session::Session;
use crate::model::spec::names::{NAMESPACE, SERVICE_ACCOUNT};
use crate::report::clean;
use crate::report::paths::{Ways, doubt_text, human, json};
use crate::report::place::Places;
use crate::semantics::escalation_graph::{Doubt, EscalationGraph, Party, Path, Sink, Start};
use crate::semantics::reach::{Access, Subject, SubjectError};

/// The page of `paths --help`.
pub const ABOUT: &str = "\
Shows how somebody could make themselves root-equivalent on Vault, or administrator of the cluster, with what policies, \
auth roles, secrets engines and bindings below PATH let them do, hop by hop and across the border between the two: run \
pods as a service account that Vault admits, have Vault mint a token of a powerful service account, write a policy that \
they hold, bind roles, write roles that somebody holds or that aggregated ones take in, impersonate, and so on.

Ways are looked for from every service account that an input speaks of or a glob of an auth role admits, and from users \
and groups that bindings name. Of each to each end the shortest is shown, with the lines that open every hop. Whoever was \
given everything in so many words is listed apart. At last comes the one binding, rule or role without which the most \
ways would be closed.

Everything in so many words is the policy `root`, every capability with `sudo` on `*`, `*/*/*` in the whole cluster \
(`cluster-admin`), and `system:masters`. Anything less is a way, however wide it is. Such administrators are shown, and \
do not count for the exit code unless --from names one.

What is not known and may open further ways is said on stderr: policies and RBAC roles that no input defines, \
templates, token roles. `docs/proofs.md` says what is assumed.";

/// What follows the flags there.
pub const EXIT_CODES: &str = "Exit codes: 0 nobody gets further than was given to them (with --from: no way); 1 there \
are ways; 2 an input cannot be read, nobody is known by that name, or it cannot be told; 3 a bug \
of rolewright.";

/// Flags of `paths`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files and directories
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// From whom: `NAMESPACE/SERVICEACCOUNT[@ROLE]`, `role:NAME`, `policy:NAME[,NAME]`, `user:NAME` or `group:NAME`
    /// [default: everybody]
    #[arg(long, value_name = "WHO")]
    pub from: Option<String>,
    /// To where
    #[arg(long, value_name = "END", default_value = "both")]
    pub to: End,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// To where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum End {
    /// Root-equivalent on Vault.
    Vault,
    /// Administrator of the cluster.
    Cluster,
    /// Either.
    Both,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; `rolewright schema paths-report` describes it.
    Json,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let loaded = load_named(&args.paths, &session, "")?;
    let access = Access::new(&loaded.project);
    let places = Places::new(&loaded.project.sources);
    let from = args.from.as_deref().map(|who| Ok::<_, Failure>((who, read(who)?))).transpose()?;
    let asked = match &from {
        Some((_, From::Party(party))) => std::slice::from_ref(party),
        _ => &[],
    };
    let graph = EscalationGraph::new(&access, asked);
    let sinks: &[Sink] = match args.to {
        End::Vault => &[Sink::Vault],
        End::Cluster => &[Sink::Cluster],
        End::Both => &Sink::ALL,
    };
    let (paths, doubts, sources) = match &from {
        None => (graph.paths(sinks), graph.all_doubts(), graph.sources().count()),
        Some((who, from)) => {
            let start = start(who, from, &graph, &access)?;
            let paths: Vec<Path> = sinks.iter().filter_map(|sink| graph.path(&start, *sink)).collect();
            (paths, graph.doubts(&start), 1)
        }
    };
    let cut = EscalationGraph::cut(&access, &paths).filter(|_| args.from.is_none());
    let ways = Ways { paths: &paths, cut: cut.as_ref(), doubts: &doubts, sources };
    match args.format {
        Format::Human => print_lines(&human(&ways, &places, global.quiet))?,
        Format::Json => print(&json(&ways, &places))?,
    }
    if args.format == Format::Human {
        tell(&doubts, &places);
    }
    let counts = |path: &Path| args.from.is_some() || !path.is_direct;
    Ok(if paths.iter().any(counts) {
        Exit::Findings
    } else if doubts.is_empty() {
        Exit::Clean
    } else {
        Exit::Unable
    })
}

/// How many doubts are told one by one.
const TOLD: usize = 10;

fn tell(doubts: &[Doubt], places: &Places<'_>) {
    for doubt in doubts.iter().take(TOLD) {
        say(format_args!("note: {}", clean::line(&doubt_text(doubt, places))));
    }
    let more = doubts.len().saturating_sub(TOLD);
    if more > 0 {
        say(format_args!("note: and {more} more things that are not known; `--format json` lists all"));
    }
}

/// From whom.
enum From {
    Party(Party),
    /// A token of some role or with some policies.
    Token(Subject),
}

fn read(who: &str) -> Result<From, Failure> {
    match who.split_once(':') {
        Some(("user", name)) => {
            // That is how the API server calls a service account.
            let account = name.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
            let user = || Party::User(name.to_owned());
            return Ok(From::Party(
                account.map_or_else(user, |(namespace, name)| Party::account(namespace, name)),
            ));
        }
        Some(("group", name)) => return Ok(From::Party(Party::Group(name.to_owned()))),
        _ => {}
    }
    let subject: Subject = who.parse().map_err(|error: SubjectError| {
        Failure::new(clean::line(&error.to_string())).with_help(
            "WHO is `NAMESPACE/SERVICEACCOUNT[@ROLE]`, `role:NAME`, `policy:NAME[,NAME]`, `user:NAME` or \
             `group:NAME`",
        )
    })?;
    match &subject {
        Subject::ServiceAccount { namespace, name, .. }
            if !(NAMESPACE.admits(namespace) && SERVICE_ACCOUNT.admits(name)) =>
        {
            Err(Failure::new(format!("`{}` can be no service account", clean::line(who)))
                .with_help("names are lower-case letters and digits with `-` inside"))
        }
        Subject::ServiceAccount { namespace, name, role: None, .. } => {
            Ok(From::Party(Party::account(namespace, name)))
        }
        _ => Ok(From::Token(subject)),
    }
}

fn start(who: &str, from: &From, graph: &EscalationGraph, access: &Access<'_>) -> Result<Start, Failure> {
    let party = match from {
        From::Party(party) => party,
        From::Token(subject) => {
            return graph
                .start_of_token(access, subject)
                .map_err(|unresolved| Failure::new(clean::line(&unresolved.to_string())));
        }
    };
    let known = graph.start(party).filter(|start| graph.knows(party) || start.is_admitted());
    known.ok_or_else(|| {
        Failure::new(format!("no input speaks of `{}`", clean::line(who)))
            .with_help("name somebody whom a binding, an auth role or a ServiceAccount object names")
    })
}
