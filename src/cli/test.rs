//! `test`: proves expectations.

use std::path::PathBuf;

use clap::ValueEnum;

use super::args::Global;
use super::exit::{Exit, Failure, print, print_lines, say, say_bug};
use super::load::{self, Loaded};
use super::session::Session;
use crate::model::project::FileClass;
use crate::model::spec::Expectation;
use crate::report::place::Places;
use crate::report::proofs::human::Look;
use crate::report::proofs::{Problem, Proofs, claim, human, json, junit, title};
use crate::report::{clean, human as findings};
use crate::semantics::expectation::{Coverage, Outcome, Prover, Verdict};
use crate::syntax::SyntaxError;

/// The page of `test --help`.
pub const ABOUT: &str = "\
Proves the `expect` entries of Access specs and of stand-alone access tests (`*.access-test.yaml`, `.yml` or `.json`) \
against the policies, auth roles, bindings and specs below PATH, as if those were all that the servers hold.

An entry says WHO `can` or `cannot` do what:

  expect:
    - {who: app/web, can: [read], on: kv/data/app/config}
    - {who: app/web@reader, cannot: [list], on: kv/metadata/app}   # through this auth role alone
    - {who: role:kubernetes/reader, can: [read], on: kv/data/app/config}
    - {who: 'policy:ops,base', cannot: [sudo], on: sys/raw/x}      # `default` only if it is named
    - {who: app/web, cannot: [get], on: secrets, in: apps}         # with `in`, Kubernetes is asked
    - {who: ci/bot, can: [create], on: serviceaccounts/token, named: deployer, in: apps}
    - {who: ci/bot, cannot: [get], on: deployments.apps, in: '*'}  # in no namespace
    - {who: ci/bot, cannot: [get], on: /metrics, in: '*'}          # a path of the API server

A service account can what it can through any auth role that takes it, and cannot what it can through none. `can` holds \
if some request goes through, whatever its parameters; `cannot` if none does. Paths are those of requests, without \
`/v1/`, and relative to the Vault namespace of the role.

Entries can also speak of everybody, and of all paths of a pattern (`+` is one segment, a `*` at the end any rest):

    - {nobody: true, can: [sudo], on: sys/raw/*}
    - {nobody_except: [payment/api], can: [read], on: kv/data/payment/*}
    - {only: [payment/api], can: [read], on: kv/data/payment/*}    # it can on every path, nobody else on any
    - {everybody_in: app, cannot: [read], on: kv/data/payment/*}   # service accounts to come, too
    - {who: app/web, cannot: [read], on: kv/data/+/root}
    - {nobody_except: [ops/admin], never: {escalate: true}}        # or `vault`, `cluster`; by no way, however long

They are proved over all auth roles, over every service account that a role admits, be it one that somebody creates \
tomorrow, and over all paths; one that fails names somebody, a path and the rules, or the way hop by hop (see `paths`).

So do entries with `in`. There, `*`, `*.GROUP`, `RESOURCE/*`, `*/SUBRESOURCE` and `/PATH*` stand for many requests, \
known resources or not; without `named` any object is meant; and `user:NAME` and `group:NAME` can be excepted, too:

    - {nobody_except: [payment/api, 'group:ops'], can: [get], on: secrets, in: payment}
    - {everybody_in: app, cannot: [create, patch], on: '*.apps', in: '*'}
    - {only: [ci/bot], can: [create], on: serviceaccounts/token, named: deployer, in: apps}
    - {who: ci/bot, cannot: [get], on: secrets, named: '*', in: payment}

They are proved over the subjects of all bindings and whoever may be in their groups, leaving aside what Kubernetes gives \
to its own identities. Each entry comes out as

  ok          it holds
  FAIL        it does not; the rule that decides is named, or why nothing grants it
  UNKNOWN     it hangs on something that no input tells, such as a policy that is not there
  NOT PROVED  its pattern is none
  NOBODY      it speaks of somebody, a role, a policy or a namespace of which no input knows";

/// What follows the flags there.
pub const EXIT_CODES: &str = "Exit codes: 0 all entries hold; 1 some do not, are unknown or are not proved; 2 an input \
cannot be read, an entry speaks of nobody who is known, or there is no entry; 3 a bug of rolewright.";

/// Flags of `test`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Files and directories; `-` is stdin
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Only entries whose name, claim, document or file holds this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// List the entries and prove nothing
    #[arg(long)]
    pub list: bool,
    /// How to report; `-v` tells the deciding rules of entries that hold, too
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
    /// Also say which path rules and RBAC rules decide on no entry
    #[arg(long)]
    pub coverage: bool,
    /// Name under which stdin is read and reported
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; `rolewright schema test-report` describes it.
    Json,
    /// For CI systems.
    Junit,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let loaded = load::project(&args.paths, args.stdin_filename.as_deref(), &session);
    let project = &loaded.project;
    let problems = problems(&loaded, &session);
    let all = &project.expectations;
    let chosen: Vec<&Expectation> =
        all.iter().filter(|it| args.filter.as_deref().is_none_or(|text| holds(it, text, &loaded))).collect();
    if args.list {
        print_lines(&human::list(chosen.iter().copied()))?;
        return Ok(exit(&loaded, &problems, &[], chosen.is_empty()));
    }
    let prover = Prover::new(project);
    let verdicts: Vec<Verdict<'_>> = chosen.iter().map(|expectation| prover.prove(expectation)).collect();
    let coverage = args.coverage.then(|| Coverage::of(project, &verdicts));
    let proofs = Proofs { project, verdicts: &verdicts, coverage: coverage.as_ref(), problems: &problems };
    let look = Look { color: session.color, quiet: global.quiet, verbose: global.verbose };
    print(&match args.format {
        Format::Human => clean::commands(&human::render(&proofs, look)).into_owned(),
        Format::Json => json::render(&proofs),
        Format::Junit => junit::render(&proofs),
    })?;
    let templates = project.classes.iter().filter(|class| matches!(class, FileClass::Template(_))).count();
    if templates > 0 {
        say(format_args!(
            "warning: {templates} of the files are templates and were not read; render them first"
        ));
    }
    if chosen.is_empty() {
        match &args.filter {
            Some(text) if !all.is_empty() => {
                say(format_args!("error: no expectation holds the text `{}`", clean::line(text)));
            }
            _ => {
                say("error: no expectation found among the files");
                say("help: write them under `expect` in an Access spec or in a `*.access-test.yaml`");
            }
        }
    }
    Ok(exit(&loaded, &problems, &verdicts, chosen.is_empty()))
}

fn holds(expectation: &Expectation, text: &str, loaded: &Loaded) -> bool {
    let file = loaded.project.sources.get(expectation.span.source).map_or("", |source| source.name.as_str());
    let texts = [title(expectation), claim(expectation), expectation.suite.clone(), file.to_owned()];
    texts.iter().any(|it| it.contains(text))
}

fn exit(loaded: &Loaded, problems: &[Problem], verdicts: &[Verdict<'_>], nothing: bool) -> Exit {
    match code_of(verdicts) {
        _ if !loaded.crashes.is_empty() => Exit::Internal,
        Exit::Internal => Exit::Internal,
        _ if !problems.is_empty() || nothing => Exit::Unable,
        code => code,
    }
}

fn code_of(verdicts: &[Verdict<'_>]) -> Exit {
    let any = |outcome: Outcome| verdicts.iter().any(|verdict| verdict.outcome == outcome);
    if any(Outcome::Contradiction) {
        Exit::Internal
    } else if any(Outcome::Nobody) {
        Exit::Unable
    } else if verdicts.iter().all(|verdict| verdict.outcome == Outcome::Passed) {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

/// What is wrong with the inputs, said on stderr: part of what they mean is then left out, so that an answer may be
/// another one on the server.
pub fn problems(loaded: &Loaded, session: &Session) -> Vec<Problem> {
    let project = &loaded.project;
    let malformed = project.malformed.iter().map(|fault| SyntaxError {
        span: fault.span,
        message: fault.message.clone(),
        label: fault.label.clone(),
        help: fault.help.clone(),
    });
    let mut faults: Vec<SyntaxError> = project.syntax_errors.iter().cloned().chain(malformed).collect();
    faults.sort_by_key(|fault| (fault.span.source, fault.span.start));
    let report = findings::errors(&faults, "input", &project.sources, session.color);
    if !report.is_empty() {
        say(report.trim_end());
    }
    let places = Places::new(&project.sources);
    let mut problems: Vec<Problem> = faults
        .iter()
        .map(|fault| {
            let place = places.of(fault.span);
            Problem {
                path: place.path.to_owned(),
                line: Some(place.start.line),
                message: fault.message.clone(),
            }
        })
        .collect();
    for unread in &loaded.unread {
        let (path, message) = (clean::line(&unread.path), clean::line(&unread.message));
        say(format_args!("error: cannot read `{path}`: {message}"));
        problems.push(Problem { path: unread.path.clone(), line: None, message: unread.message.clone() });
    }
    for name in project.templates_with("rolewright/v1") {
        let message = "a template of a spec is not read: render it first";
        say(format_args!("error: `{}`: {message}", clean::line(name)));
        problems.push(Problem { path: name.to_owned(), line: None, message: message.to_owned() });
    }
    for crash in &loaded.crashes {
        say_bug(crash);
        problems.push(Problem { path: String::new(), line: None, message: crash.message.clone() });
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::lower;
    use crate::model::project::{Project, Settings};
    use crate::syntax::{Source, SourceId, Sources};

    /// Two evaluators that disagree outweigh whatever else came out.
    #[test]
    fn a_contradiction_is_our_bug() {
        let text = "apiVersion: rolewright/v1\nkind: AccessTest\nname: x\nexpect:\n\
                    \x20 - {who: 'policy:default', cannot: [read], on: kv/x}\n";
        let source = Source {
            id: SourceId(0),
            name: "x.access-test.yaml".to_owned(),
            text: text.to_owned(),
            bom: false,
        };
        let files = vec![lower::file(&source, &Settings::default())];
        let project = Project::assemble(Sources::new(vec![source]), files, Settings::default());
        let verdict = |outcome| Verdict {
            expectation: &project.expectations[0],
            outcome,
            answers: Vec::new(),
            why: None,
        };
        for (outcomes, code) in [
            (&[Outcome::Passed, Outcome::Passed][..], Exit::Clean),
            (&[Outcome::Passed, Outcome::NotProved], Exit::Findings),
            (&[Outcome::Unknown, Outcome::Failed], Exit::Findings),
            (&[Outcome::Failed, Outcome::Nobody], Exit::Unable),
            (&[Outcome::Nobody, Outcome::Contradiction, Outcome::Failed], Exit::Internal),
            (&[Outcome::Contradiction, Outcome::Passed], Exit::Internal),
        ] {
            let verdicts: Vec<Verdict<'_>> = outcomes.iter().map(|outcome| verdict(*outcome)).collect();
            assert_eq!(code_of(&verdicts), code, "{outcomes:?}");
        }
        let proofs = Proofs {
            project: &project,
            verdicts: &[verdict(Outcome::Contradiction)],
            coverage: None,
            problems: &[],
        };
        assert!(human::render(&proofs, Look::default()).contains("BUG"));
        assert!(json::render(&proofs).contains("\"outcome\": \"contradiction\""));
        assert!(junit::render(&proofs).contains("<error type=\"contradiction\""));
    }
}
