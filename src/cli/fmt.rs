//! `fmt`: policies in the servers' canonical form.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use super::args::Global;
use super::exit::{Exit, Failure, print, print_diff, print_lines, say, say_bug};
use super::load;
use super::session::Session;
use super::walk::{self, Role};
use super::write;
use crate::emit::hcl::policy_text;
use crate::model::lower;
use crate::model::lower::policy::{self, PolicyText};
use crate::model::project::Settings;
use crate::model::vault::policy::{Policy, PolicyOrigin, RefusalKind};
use crate::report::{clean, human};
use crate::syntax::date::Date;
use crate::syntax::directive::Directive;
use crate::syntax::hcl1::byte_order_mark;
use crate::syntax::hcl1::printer::{self, Unprintable};
use crate::syntax::{Place, Source, SourceId, Sources, Span, Spanned, SyntaxError};

/// Flags of `fmt`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Policies and directories that hold some; `-` is stdin to stdout
    ///
    /// Below a directory, only policies in HCL are formatted, and the same files are left out as by `check`. A file
    /// that is named is taken for a policy, whatever its name.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, exit with 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change, exit with 1 if anything does
    #[arg(long)]
    pub diff: bool,
    /// Write nothing; print the formatted policies, those in JSON as HCL
    #[arg(long, conflicts_with_all = ["check", "diff"])]
    pub stdout: bool,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    let stdin = args.paths.iter().any(is_stdin);
    if stdin && !args.paths.iter().all(is_stdin) {
        let failure = Failure::new("`-` is given beside other paths");
        return Err(failure.with_help("format stdin in a run of its own"));
    }
    let mut run = Run { args, session: &session, exit: Exit::Clean, changed: 0, kept: 0 };
    if stdin {
        let source = load::stdin_text().map(|(text, bom)| source("<stdin>", text, bom));
        run.file("<stdin>", None, source)?;
        return Ok(run.exit);
    }
    run.files()?;
    if !global.quiet && !args.stdout {
        run.say_summary();
    }
    Ok(run.exit)
}

struct Run<'a> {
    args: &'a Args,
    session: &'a Session,
    exit: Exit,
    changed: usize,
    kept: usize,
}

impl Run<'_> {
    fn files(&mut self) -> Result<(), Failure> {
        let walked = walk::collect(&self.args.paths, self.session);
        for unread in &walked.unread {
            self.complain(format_args!(
                "cannot read `{}`: {}",
                clean::line(&unread.path),
                clean::line(&unread.message)
            ));
        }
        let files = self.policies(&walked.files);
        if files.is_empty() && walked.unread.is_empty() && walked.excluded == 0 {
            self.complain("no input found: no policy in HCL among the files");
        }
        for (name, (path, text)) in files {
            self.file(&name, Some(&path), text)?;
        }
        Ok(())
    }

    /// The files that are named, and those found that are policies in HCL.
    fn policies(
        &self,
        files: &BTreeMap<String, (PathBuf, Role)>,
    ) -> BTreeMap<String, (PathBuf, Result<Source, String>)> {
        let mut policies = BTreeMap::new();
        for (name, (path, role)) in files {
            if *role == Role::Evidence || (*role == Role::Found && !has_name_of_policy(name)) {
                continue;
            }
            let text = load::text(path, name, *role).map(|(text, bom)| source(name, text, bom));
            let wanted = *role == Role::Named
                || match &text {
                    Ok(source) => holds_policy(source, &self.session.config.settings),
                    Err(fault) => !fault.is_empty(),
                };
            if wanted {
                policies.insert(name.clone(), (path.clone(), text));
            }
        }
        policies
    }

    /// Formats one file; without a path, stdin.
    fn file(
        &mut self,
        name: &str,
        path: Option<&Path>,
        source: Result<Source, String>,
    ) -> Result<(), Failure> {
        let name = clean::line(name);
        let source = match source {
            Ok(source) => source,
            Err(fault) => {
                self.complain(format_args!("cannot read `{name}`: {}", clean::line(&fault)));
                return Ok(());
            }
        };
        let formatted = match formatted(&source, &self.session.config.settings) {
            Ok(formatted) => formatted,
            Err(Trouble::Errors(errors)) => {
                let sources = Sources::new(vec![source]);
                say(human::errors(&errors, "syntax", &sources, self.session.color).trim_end());
                self.raise(Exit::Unable);
                return Ok(());
            }
            Err(Trouble::MovesAllowance) => {
                self.complain(format_args!(
                    "`{name}` is left as it is: formatting would change what a suppression comment covers"
                ));
                say("help: put the comment on a line of its own above what it is about");
                return Ok(());
            }
            Err(Trouble::Unfaithful) => {
                say_bug(format_args!("`{name}` is left as it is: formatting would change what it means"));
                self.raise(Exit::Internal);
                return Ok(());
            }
        };
        let Args { check, diff, stdout, .. } = *self.args;
        if stdout || (path.is_none() && !check && !diff) {
            return print(&formatted);
        }
        if path.is_some() && is_json(&source.text) {
            self.complain(format_args!(
                "`{name}` is left as it is: it is a policy in JSON, and what is formatted is HCL"
            ));
            say("help: `--stdout` prints it as HCL");
            return Ok(());
        }
        if formatted == source.text {
            self.kept += 1;
            return Ok(());
        }
        if check || diff {
            self.changed += 1;
            self.raise(Exit::Findings);
            return if diff {
                print_diff(&difference(&name, &source.text, &formatted))
            } else {
                print_lines(&format!("{name}\n"))
            };
        }
        let Some(path) = path else { return Ok(()) };
        match write::in_place(path, source.text.as_bytes(), formatted.as_bytes(), &self.session.root) {
            Ok(()) => {
                self.changed += 1;
                print_lines(&format!("{name}\n"))
            }
            Err(fault) => {
                self.complain(format_args!("`{name}` is not changed: {}", clean::line(&fault)));
                Ok(())
            }
        }
    }

    fn complain(&mut self, message: impl std::fmt::Display) {
        say(format_args!("error: {message}"));
        self.raise(Exit::Unable);
    }

    fn raise(&mut self, exit: Exit) {
        self.exit = self.exit.max(exit);
    }

    fn say_summary(&self) {
        let count = |number: usize| if number == 1 { "1 file".to_owned() } else { format!("{number} files") };
        let done = if self.args.check || self.args.diff { "would be formatted" } else { "formatted" };
        if self.changed + self.kept > 0 {
            say(format_args!("{} {done}, {} in form already", count(self.changed), self.kept));
        }
    }
}

/// Why a file cannot be formatted.
enum Trouble {
    Errors(Vec<SyntaxError>),
    Unfaithful,
    MovesAllowance,
}

/// The canonical text, proved to be the same policy.
fn formatted(source: &Source, settings: &Settings) -> Result<String, Trouble> {
    if source.bom {
        return Err(Trouble::Errors(vec![byte_order_mark(source.whole().at_start())]));
    }
    let place = Place::from(source.id, 0);
    let formatted = printer::format(&source.text, &place).map_err(|why| match why {
        Unprintable::Syntax(errors, _) => Trouble::Errors(errors),
        Unprintable::Dropped(spans) => Trouble::Errors(spans.into_iter().map(dropped).collect()),
        Unprintable::Inexpressible(span) => Trouble::Errors(vec![
            SyntaxError::new(span, "HCL has no form for this value").with_help("leave the key out"),
        ]),
        Unprintable::Unfaithful => Trouble::Unfaithful,
    })?;
    let read = |text: &str| {
        let name = Spanned::new(String::new(), source.whole().at_start());
        policy::read(name, text, &place, PolicyOrigin::HclFile, settings.target)
    };
    let (old, new) = (read(&source.text), read(&formatted));
    if !new.syntax_errors.is_empty() || !is_same_policy(&old, &new) {
        return Err(Trouble::Unfaithful);
    }
    if allowances(&old) == allowances(&new) { Ok(formatted) } else { Err(Trouble::MovesAllowance) }
}

fn dropped(span: Span) -> SyntaxError {
    SyntaxError::new(span, "servers drop this without a word, and a formatted text would not have it")
        .with_help("delete it, or complete it")
}

/// All that the reader of policies understands, places apart.
fn is_same_policy(old: &PolicyText, new: &PolicyText) -> bool {
    fn refusals(policy: &Policy) -> Vec<(RefusalKind, &str)> {
        policy.refusals.iter().map(|refusal| (refusal.kind, refusal.word.as_str())).collect()
    }
    fn keys(policy: &Policy) -> Vec<Vec<&str>> {
        policy.path_rules.iter().map(|rule| rule.keys.iter().map(Spanned::as_str).collect()).collect()
    }
    let grants = old.policy.path_rules.iter().zip(&new.policy.path_rules);
    old.policy.path_rules.len() == new.policy.path_rules.len()
        && grants.clone().all(|(old, new)| old.granted() == new.granted())
        && grants.clone().all(|(old, new)| old.repeated.len() == new.repeated.len())
        && keys(&old.policy) == keys(&new.policy)
        && refusals(&old.policy) == refusals(&new.policy)
        && policy_text(&old.policy) == policy_text(&new.policy)
        && old.directives.len() == new.directives.len()
}

/// What a suppression comment says.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Allowance<'a> {
    rules: Vec<&'a str>,
    reason: &'a str,
    until: Option<Date>,
    fault: Option<&'a str>,
    /// The words of the policy that it covers, by their number.
    covers: Vec<usize>,
}

fn allowances(text: &PolicyText) -> Vec<Allowance<'_>> {
    let rules = text.policy.path_rules.iter();
    let words: Vec<Span> = rules
        .flat_map(|rule| {
            let keys = rule.keys.iter().chain(&rule.capabilities).map(|word| word.span);
            [rule.path.span].into_iter().chain(keys)
        })
        .collect();
    let covered = |directive: &Directive| -> Vec<usize> {
        let inside = |word: &Span| directive.covers.start <= word.start && word.start < directive.covers.end;
        words.iter().enumerate().filter(|(_, word)| inside(word)).map(|(at, _)| at).collect()
    };
    let allowances = text.directives.iter().map(|directive| Allowance {
        rules: directive.rules.iter().map(Spanned::as_str).collect(),
        reason: &directive.reason,
        until: directive.until.as_ref().map(|until| until.value),
        fault: directive.fault.as_ref().map(|fault| fault.message.as_str()),
        covers: covered(directive),
    });
    let mut allowances: Vec<Allowance<'_>> = allowances.collect();
    allowances.sort();
    allowances
}

fn source(name: &str, text: String, bom: bool) -> Source {
    Source { id: SourceId(0), name: name.to_owned(), text, bom }
}

fn has_name_of_policy(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    ["hcl", "policy"].iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn holds_policy(source: &Source, settings: &Settings) -> bool {
    let lowered = lower::file(source, settings);
    lowered.specs.is_empty() && lowered.policies.iter().any(|policy| policy.origin == PolicyOrigin::HclFile)
}

fn difference(name: &str, old: &str, new: &str) -> String {
    let (before, after) = (format!("a/{name}"), format!("b/{name}"));
    let diff = TextDiff::from_lines(old, new);
    clean::source(&diff.unified_diff().header(&before, &after).to_string()).into_owned()
}
