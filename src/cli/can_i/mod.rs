//! `can-i`: one question of access.

pub mod cluster;
mod list;
pub mod page;
mod person;
mod vault;
pub mod way;
mod words;
pub mod world;

use std::path::PathBuf;

use clap::ValueEnum;
use serde_json::Value;

use super::args::{DialectName, Global};
use super::exit::{Exit, Failure, print, print_lines, say};
use super::load::{self, Loaded};
use super::session::Session;
use crate::model::project::Project;
use crate::model::spec::names::{NAMESPACE, SERVICE_ACCOUNT};
use crate::report::clean;
use crate::report::place::Places;
use crate::semantics::authorizer::User;
use crate::semantics::bound;
use crate::semantics::mounts::MountTable;
use crate::semantics::rbac::subjects;
use crate::semantics::reach::kubernetes::Question;
use crate::semantics::reach::{Access, Holder, Subject};
use page::{Answer, Row, add, place};
use person::Person;
use world::Asked;

/// Flags of `can-i`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_long_help = WORDS)]
pub struct Args {
    /// `WHO CAPABILITY PATH`; with --list only `WHO`; with --policy without `WHO`
    #[arg(value_name = "WORD", required = true, num_args = 0..=4)]
    pub words: Vec<String>,
    /// Ask about whoever holds the policies in this file alone; may be given several times
    #[arg(long, value_name = "FILE")]
    pub policy: Vec<PathBuf>,
    /// Where to look for specs, policies and manifests
    #[arg(long = "in", value_name = "PATH", default_value = ".", num_args = 1, conflicts_with = "policy")]
    pub paths: Vec<PathBuf>,
    /// Say why: the whole chain, each link with its place
    #[arg(long, conflicts_with = "list")]
    pub explain: bool,
    /// List all that WHO may do, in the order in which rules are asked
    #[arg(long)]
    pub list: bool,
    /// Which question is meant
    #[command(flatten)]
    pub flags: world::Flags,
    /// The server to answer for [default: that of the spec or the configuration, else all]
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<DialectName>,
    /// How to answer
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// How to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

const WORDS: &str = "\
WHO is
  NAMESPACE/SERVICEACCOUNT          with every auth role that admits it
  NAMESPACE/SERVICEACCOUNT@ROLE     with this role; also @MOUNT/ROLE
  role:NAME                         whoever logs in through the role
  policy:NAME[,NAME]                whoever holds these policies, and `default` only if it is named
  user:NAME, group:NAME             a user, or whoever is in the group: of Kubernetes only, with the groups that come
                                    with it (`system:authenticated`, for `system:anonymous` `system:unauthenticated`)

A question is about Kubernetes if a flag says so (-n, -A, --subresource, --kubernetes) or if no capability of Vault has
its verb (get, watch, impersonate, …). `create`, `update`, `patch`, `delete` and `list` are words of both: then a path
with a slash in it, or the path of a known mount, is one of Vault, and anything else a resource.

Paths are those of the API without `v1/`: of a secret in a KV version 2 mount, `kv/data/app/config`, not `kv/app/config`.
Resources are named as for kubectl: `secrets`, `secrets/NAME`, `deploy`, `certificates.cert-manager.io`, `/healthz`.
Without -n, the question is about the namespace of the service account.

JWTs are taken to be made for the audience that a role wants.

Exit codes: 0 yes; 1 no; 2 it cannot be told: WHO is not known, inputs cannot be read, the answer hangs on something that
no input says, or servers differ and the target does not settle which one is meant.";

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let paths = if args.policy.is_empty() { &args.paths } else { &args.policy };
    let loaded = load(paths, &session)?;
    let project = &loaded.project;
    if let (true, [who, words @ ..]) = (args.policy.is_empty(), args.words.as_slice())
        && let Some(person) = Person::read(who, project)
    {
        return person?.answer(words, args, global.quiet, &Access::new(project));
    }
    let (who, words) = match (args.policy.is_empty(), args.words.as_slice()) {
        (true, [who, words @ ..]) => (subject(who)?, words),
        (_, _) if project.policies.is_empty() => {
            return Err(Failure::new("no policy found in what `--policy` names"));
        }
        (_, words) => (of_files(project), words),
    };
    let access = Access::new(project);
    let places = Places::new(&project.sources);
    let scene = Scene { args, access: &access, places: &places, quiet: global.quiet };
    if args.list {
        return match words {
            [] => scene.list(&who),
            _ => Err(usage("with `--list`, nothing follows WHO")),
        };
    }
    let (verb, what) = question(words)?;
    let home = match &who {
        Subject::ServiceAccount { namespace, .. } => Some(namespace.as_str()),
        _ => None,
    };
    let mounts = MountTable::new(project);
    match world::understand(verb, what, &args.flags, home, |path| mounts.mentions(path))? {
        Asked::Vault(operation, path) => scene.vault(&who, verb, operation, &path),
        Asked::Kubernetes(question) => scene.kubernetes(&who, &question),
    }
}

/// The verb, and what it is about.
fn question(words: &[String]) -> Result<(&str, (&str, Option<&str>)), Failure> {
    match words {
        [verb, what] => Ok((verb, (what, None))),
        [verb, kind, name] => Ok((verb, (kind, Some(name)))),
        _ => Err(usage("a question is `WHO CAPABILITY PATH`")),
    }
}

/// The project under `paths`, which `--in` names; a failure if any of it cannot be read: the answer might hang on it.
pub fn load(paths: &[PathBuf], session: &Session) -> Result<Loaded, Failure> {
    load_named(paths, session, " with `--in`")
}

/// The same, where `named` says how paths are named.
pub fn load_named(paths: &[PathBuf], session: &Session, named: &str) -> Result<Loaded, Failure> {
    let loaded = load::project(paths, None, session);
    let places = Places::new(&loaded.project.sources);
    let mut faults: Vec<String> = loaded
        .unread
        .iter()
        .map(|unread| format!("{}: {}", clean::line(&unread.path), clean::line(&unread.message)))
        .collect();
    let project = &loaded.project;
    let told = |span, message: &str| format!("{}: {}", place(&places, span), clean::line(message));
    faults.extend(project.syntax_errors.iter().map(|error| told(error.span, &error.message)));
    // What has the wrong shape is left out of the model.
    faults.extend(project.malformed.iter().map(|fault| told(fault.span, &fault.message)));
    let template =
        |name: &str| format!("{}: a template of a spec is not read: render it first", clean::line(name));
    faults.extend(project.templates_with("rolewright/v1").map(template));
    faults.extend(loaded.crashes.iter().map(|crash| clean::line(&crash.message).into_owned()));
    for fault in &faults {
        say(format_args!("error: {fault}"));
    }
    match faults.len() {
        0 if loaded.is_empty() => {
            Err(Failure::new("no input found: no policy, manifest or spec among the files")
                .with_help(format!("name files or directories that hold some{named}")))
        }
        0 => Ok(loaded),
        _ => Err(Failure::new("not all inputs can be read, and the answer may hang on them")
            .with_help(format!("mend them, or name others{named}"))),
    }
}

fn subject(text: &str) -> Result<Subject, Failure> {
    let help = "WHO is `NAMESPACE/SERVICEACCOUNT[@ROLE]`, `role:NAME`, `policy:NAME[,NAME]`, \
                `user:NAME` or `group:NAME`";
    let subject: Subject = text.parse().map_err(|error: crate::semantics::reach::SubjectError| {
        Failure::new(clean::line(&error.to_string())).with_help(help)
    })?;
    if let Subject::ServiceAccount { namespace, name, .. } = &subject
        && !(NAMESPACE.admits(namespace) && SERVICE_ACCOUNT.admits(name))
    {
        let fault = format!("`{}` can be no service account", clean::line(&format!("{namespace}/{name}")));
        return Err(Failure::new(fault)
            .with_help("names are lower-case letters and digits with `-` inside; ask about one at a time"));
    }
    Ok(subject)
}

fn usage(message: &str) -> Failure {
    Failure::new(message).with_help("see `rolewright can-i --help`")
}

fn of_files(project: &Project) -> Subject {
    Subject::Policies(project.policies.iter().map(|policy| policy.name.value.clone()).collect())
}

/// What all questions need.
struct Scene<'r> {
    args: &'r Args,
    access: &'r Access<'r>,
    places: &'r Places<'r>,
    quiet: bool,
}

impl Scene<'_> {
    fn kubernetes(&self, who: &Subject, question: &Question) -> Result<Exit, Failure> {
        self.of_user(&self.user(who)?, &who.to_string(), self.identity_rows(who), question)
    }

    /// The answer for `user`, called `who` and introduced by `rows`.
    fn of_user(&self, user: &User, who: &str, rows: Vec<Row>, question: &Question) -> Result<Exit, Failure> {
        let said = cluster::ask(self.access, user, question, self.places);
        let words = cluster::question_words(question);
        if self.args.format == Format::Json {
            let mut json = said.json;
            add(&mut json, "who", who.to_owned());
            add(&mut json, "question", words);
            return self.finish(said.answer, json);
        }
        let mut out = self.head(said.answer, &said.reason, &said.place);
        if self.args.explain {
            let mut rows = rows;
            rows.push(Row::new("asks to", words));
            rows.extend(said.rows);
            out += &page::rows(&rows);
        }
        self.print(&out)?;
        Ok(exit(said.answer))
    }

    /// Every way to a token; a failure if nobody knows WHO.
    fn holders(&self, who: &Subject) -> Result<Vec<Holder<'_>>, Failure> {
        if let Subject::Policies(names) = who
            && names.iter().any(|name| name.trim().eq_ignore_ascii_case("root"))
        {
            return Err(Failure::new("the policy `root` allows everything, and no role can give it"));
        }
        let holders =
            self.access.holders(who).map_err(|error| Failure::new(clean::line(&error.to_string())))?;
        let is_admitted = holders.iter().any(Holder::gets_token);
        if let Subject::ServiceAccount { namespace, name, .. } = who
            && !is_admitted
        {
            self.known(namespace, name)?;
        }
        Ok(holders)
    }

    /// A failure if no input speaks of the service account: a slip of the pen is not to be answered by `no`.
    fn known(&self, namespace: &str, name: &str) -> Result<(), Failure> {
        let project = self.access.project();
        let is_declared = project.service_accounts_named(namespace, name).next().is_some();
        let is_used = project.workloads.iter().any(|workload| {
            let account = workload.service_account.as_ref().map_or("default", |account| account.as_str());
            account == name && workload.meta.namespace_name().is_none_or(|own| own == namespace)
        });
        let is_bound = project.bindings.iter().any(|binding| {
            let mut accounts =
                binding.subjects.iter().filter_map(|it| subjects::service_account(binding, it));
            accounts.any(|account| account == (namespace, name))
        });
        let is_admitted = project.auth_roles.iter().any(|role| {
            role.names().iter().any(|entry| bound::admits(&entry.value, name))
                && role.namespaces().iter().any(|entry| bound::admits(&entry.value, namespace))
        });
        if is_declared || is_used || is_bound || is_admitted {
            return Ok(());
        }
        let all = project.service_accounts.iter().map(|account| {
            format!("{}/{}", account.meta.namespace_name().unwrap_or_default(), account.meta.name)
        });
        let all: Vec<String> = all.collect();
        let wanted = format!("{namespace}/{name}");
        let failure = Failure::new(format!("no input knows the service account `{}`", clean::line(&wanted)));
        Err(match crate::syntax::near::nearest(&wanted, all.iter().map(String::as_str)) {
            Some(near) => failure.with_help(format!("did you mean `{}`?", clean::line(near))),
            None => failure.with_help("declare it, or name it in an auth role or a binding"),
        })
    }

    fn user(&self, who: &Subject) -> Result<User, Failure> {
        let Subject::ServiceAccount { namespace, name, .. } = who else {
            return Err(Failure::new(format!("`{}` is nobody in Kubernetes", clean::line(&who.to_string())))
                .with_help("ask about `NAMESPACE/SERVICEACCOUNT`"));
        };
        self.known(namespace, name)?;
        Ok(User::service_account(namespace, name))
    }

    fn identity_rows(&self, who: &Subject) -> Vec<Row> {
        let Subject::ServiceAccount { namespace, name, .. } = who else { return Vec::new() };
        let row = Row::new("service account", format!("{namespace}/{name}"));
        match self.access.project().service_accounts_named(namespace, name).next() {
            Some(account) => vec![row.at(place(self.places, account.meta.name.span))],
            None => vec![row.note("no input declares it")],
        }
    }

    fn head(&self, answer: Answer, reason: &str, at: &str) -> String {
        let at = if at.is_empty() || self.args.explain { String::new() } else { format!("  ({at})") };
        format!("{}: {}{at}\n", answer.word(), clean::line(reason))
    }

    fn finish(&self, answer: Answer, json: Value) -> Result<Exit, Failure> {
        if !self.quiet {
            print(&(serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"))?;
        }
        Ok(exit(answer))
    }

    fn print(&self, text: &str) -> Result<(), Failure> {
        if self.quiet { Ok(()) } else { print_lines(text) }
    }
}

/// 0, 1 or 2.
pub fn exit(answer: Answer) -> Exit {
    match answer {
        Answer::Yes => Exit::Clean,
        Answer::No => Exit::Findings,
        Answer::Unknown => Exit::Unable,
    }
}
