//! `who-can`: everybody who may do something.

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::args::{DialectName, Global};
use super::can_i::page::{self, Answer, place};
use super::can_i::world::{self, Asked};
use super::can_i::{cluster, exit, load, way};
use super::exit::{Exit, Failure, print, say};
use super::session::Session;
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::acl::Operation;
use crate::semantics::dialect::Dialect;
use crate::semantics::mounts::MountTable;
use crate::semantics::reach::kubernetes::Question;
use crate::semantics::reach::{Access, Matching, Who};

/// Flags of `who-can`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = WORDS)]
pub struct Args {
    /// What is to be done: `read`, `create`, …, or a verb of Kubernetes
    #[arg(value_name = "CAPABILITY")]
    pub capability: String,
    /// To what: a path without `v1/`, or a resource as kubectl names it
    #[arg(value_name = "PATH")]
    pub path: String,
    /// The name of the object, for a question about Kubernetes
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// Where to look for specs, policies and manifests
    #[arg(long = "in", value_name = "PATH", default_value = ".", num_args = 1)]
    pub paths: Vec<PathBuf>,
    /// Which question is meant
    #[command(flatten)]
    pub flags: world::Flags,
    /// The server to answer for [default: that of the spec or the configuration, else all]
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<DialectName>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns.
    Table,
    /// For programs.
    Json,
}

const WORDS: &str = "\
Of Vault, everybody is named whom an auth role admits: service accounts that are declared or that roles name, and where
roles hold globs, NAMESPACE/NAME with the globs in it. Of Kubernetes, every subject of a binding is named for itself;
members of system:masters, to whom everything is allowed, are not.

Which of the two is meant is told as for `can-i`. Without -n, a question about Kubernetes is about
every namespace, one by one; with -A, about all of them at once.

Exit codes: 0 somebody can; 1 nobody; 2 it cannot be told.";

struct Line {
    cells: [String; 3],
    answer: Answer,
    json: Value,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let loaded = load(&args.paths, &session)?;
    let access = Access::new(&loaded.project);
    let places = Places::new(&loaded.project.sources);
    let mounts = MountTable::new(&loaded.project);
    let what = (args.path.as_str(), args.name.as_deref());
    let asked = world::understand(&args.capability, what, &args.flags, None, |path| mounts.mentions(path))?;
    let (lines, gaps) = match &asked {
        Asked::Vault(operation, path) if world::needs_no_token(&loaded.project, *operation, path) => {
            (vec![everybody()], Gaps::default())
        }
        Asked::Vault(operation, path) => {
            let dialect = args.dialect.map(DialectName::dialect);
            (of_vault(&access, *operation, path, dialect, &places), Gaps::of_vault(&access))
        }
        Asked::Kubernetes(question) => {
            let anywhere = args.flags.namespace.is_none() && !args.flags.all_namespaces;
            (of_cluster(&access, question, anywhere, &places), Gaps::of_cluster(&access))
        }
    };
    let certain = lines.iter().any(|line| line.answer == Answer::Yes);
    let answer = match (certain, lines.is_empty() && gaps.are_none()) {
        (true, _) => Answer::Yes,
        (false, true) => Answer::No,
        (false, false) => Answer::Unknown,
    };
    if !global.quiet {
        print(&match args.format {
            Format::Json => {
                let who: Vec<&Value> = lines.iter().map(|line| &line.json).collect();
                let json = json!({"answer": answer.word(), "who": who,
                    "policies_not_among_the_inputs": gaps.missing, "policies_that_servers_refuse": gaps.refused,
                    "templates_not_read": gaps.templates});
                serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
            }
            Format::Table if lines.is_empty() && answer == Answer::No => {
                "nobody, as far as the inputs tell\n".to_owned()
            }
            Format::Table if lines.is_empty() => "nobody of whom it is known\n".to_owned(),
            Format::Table => {
                let cells: Vec<[String; 3]> = lines.iter().map(|line| line.cells.clone()).collect();
                clean::commands(&page::table(["SUBJECT", "HOW", "WHERE"], &cells)).into_owned()
            }
        })?;
    }
    if args.format == Format::Table {
        for (what, names) in [
            ("auth roles name policies that are not among the inputs", &gaps.missing),
            ("auth roles name policies that servers refuse to store as they are written", &gaps.refused),
            ("templates with RBAC objects were not read, render them first", &gaps.templates),
        ] {
            let names: Vec<String> = names.iter().map(|name| format!("`{}`", clean::line(name))).collect();
            if !names.is_empty() {
                say(format_args!("note: {what}: {}", names.join(", ")));
            }
        }
    }
    Ok(exit(answer))
}

/// What is not known of everybody, so that somebody may be missing from the answer.
#[derive(Default)]
struct Gaps {
    missing: Vec<String>,
    refused: Vec<String>,
    templates: Vec<String>,
}

impl Gaps {
    fn are_none(&self) -> bool {
        self.missing.is_empty() && self.refused.is_empty() && self.templates.is_empty()
    }

    /// Policies that roles name and nobody defines, or servers refuse: what they grant cannot be told.
    fn of_vault(access: &Access<'_>) -> Gaps {
        let mut gaps = Gaps::default();
        for held in access.missing() {
            let list = if held.refused.is_empty() { &mut gaps.missing } else { &mut gaps.refused };
            list.push(held.name);
        }
        for list in [&mut gaps.missing, &mut gaps.refused] {
            list.sort();
            list.dedup();
        }
        gaps
    }

    fn of_cluster(access: &Access<'_>) -> Gaps {
        Gaps { templates: access.rbac_templates().map(str::to_owned).collect(), ..Gaps::default() }
    }
}

/// Whoever reaches the server.
fn everybody() -> Line {
    let json = json!({"subject": "everybody", "answer": Answer::Yes.word(), "role": "",
        "reason": world::WITHOUT_TOKEN, "place": "", "declared": Value::Null});
    let cells = ["everybody".to_owned(), world::WITHOUT_TOKEN.to_owned(), String::new()];
    Line { cells, answer: Answer::Yes, json }
}

fn of_vault(
    access: &Access<'_>,
    operation: Operation,
    path: &str,
    dialect: Option<Dialect>,
    places: &Places<'_>,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for reached in access.who_can(operation, path) {
        let mut holder = reached.holder;
        if let Some(dialect) = dialect {
            holder.dialects = Dialect::of(dialect.target());
        }
        let way = way::follow(&holder, operation, path, places);
        if way.answer == Answer::No {
            continue;
        }
        let role = holder.role.map(|(role, method)| method.role_path(role));
        let role = role.unwrap_or_default();
        let who = who_words(&reached.who);
        let declared = match &reached.who {
            Who::ServiceAccount { declared, .. } => {
                declared.map(|account| place(places, account.meta.name.span))
            }
            Who::Matching { .. } => None,
        };
        let json = json!({"subject": who, "answer": way.answer.word(), "role": role, "reason": way.reason,
            "place": way.place, "declared": declared});
        let how = match way.answer {
            Answer::Unknown => format!("{role}: not known: {}", way.reason.replace('`', "")),
            _ if way.rule.is_empty() => role,
            _ => format!("{role} → {}", way.rule),
        };
        lines.push(Line { cells: [who, how, way.place], answer: way.answer, json });
    }
    lines
}

fn of_cluster(access: &Access<'_>, question: &Question, anywhere: bool, places: &Places<'_>) -> Vec<Line> {
    let lines = cluster::who(access, question, anywhere, places).into_iter().map(|(cells, answer)| {
        let [who, how, at] = &cells;
        let json = json!({"subject": who, "answer": answer.word(), "reason": how, "place": at});
        Line { cells, answer, json }
    });
    lines.collect()
}

/// `NAMESPACE/NAME`, globs as they are written.
fn who_words(who: &Who<'_>) -> String {
    match who {
        Who::ServiceAccount { namespace, name, .. } => format!("{namespace}/{name}"),
        Who::Matching { name, namespace: Matching::Listed(namespace) } => format!("{namespace}/{name}"),
        Who::Matching { name, namespace: Matching::Selected(selector) } => {
            format!("{name} in namespaces selected by {}", selector.value)
        }
    }
}
