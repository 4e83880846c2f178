//! `diff`: what access is gained, changed and lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::args::Global;
use super::exit::{Exit, Failure, print, say, say_bug};
use super::load::{self, Loaded};
use super::names::shown;
use super::revision::{LeftOut, Range, Repository, Revision};
use super::session::Session;
use super::{test, walk};
use crate::model::project::FileClass;
use crate::report::changes::human::Look;
use crate::report::changes::{Changes, Input, Problem, human, json, markdown, side_word};
use crate::report::clean;
use crate::semantics::comparison::{Asker, Comparison, Direction, Doubt, Side, is_known};
use crate::semantics::reach::Access;

/// The page of `diff --help`.
pub const ABOUT: &str = "\
Says who may do more, who less, who may log in and for how long, when one project takes the place of another: of Vault by \
policies, auth roles and specs, of Kubernetes by roles and bindings.

  rolewright diff OLD NEW                # two directories, or two files such as specs
  rolewright diff --git main..HEAD       # two revisions, below the working directory
  rolewright diff --git main...HEAD k8s  # what HEAD adds to main since they parted, below `k8s`
  rolewright diff --git HEAD             # the work tree against the last commit

What is compared is what the servers would answer, not text: another order, another layout, a policy that is split, a role \
of RBAC that is renamed changes nothing. Each change is shown with somebody, a request that is answered otherwise than \
before, and the lines that cause it. What is more in one way and less in another is told twice.

  +  gained: more is allowed than before, or may be; a login lasts longer
  ±  unclear: more or less, and it cannot be told which, such as another host of the API server
  ~  changed: neither more nor less, such as the name of an auth role, which whoever logs in has to say, or of a policy \
that nothing attaches
  -  lost: less is allowed than before
  ?  cannot be told: something that the comparison hangs on is not among the inputs, such as a role or a policy, and is \
not the same on both sides

What cannot be told (± and ?) counts for every `--fail-on` but `never`. The counts are those of changes, one for each pattern, \
resource, login or setting, for all for whom it is the same; an entry may tell several.

Revisions are read from the objects of the repository. The work tree, the index and the configuration of the repository do \
not matter and stay as they are; nothing is fetched and no program but `git` is run. Both sides are read with the \
configuration that is in force now. Links to files are followed inside of a revision; links to directories \
and submodules are not read.";

/// What follows the flags there.
pub const EXIT_CODES: &str = "Exit codes: 0 nothing changes, or nothing of what `--fail-on` says; 1 something does, or that \
cannot be told; 2 an input cannot be read, there is none, the revisions or the work tree are not there, or nobody is known by the \
name of `--who`; 3 a bug of rolewright.";

/// Flags of `diff`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// OLD and NEW, files or directories; with --git, what to look at in both revisions [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Compare Git revisions: `A..B`, `A...B` from where they parted, or `A` with the work tree
    #[arg(long, value_name = "REVISIONS")]
    pub git: Option<String>,
    /// Which changes make the exit code 1; what cannot be told counts for each of them but `never`
    #[arg(long, value_name = "WHICH", default_value = "any")]
    pub fail_on: FailOn,
    /// Only changes for somebody whose name holds this text; of NAMESPACE/NAME also what its groups and globs that take it
    /// in gain and lose, and what changes for mounts and engine roles that it may reach
    #[arg(long, value_name = "TEXT")]
    pub who: Option<String>,
    /// How to report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// Which changes make the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Somebody may do more, or perhaps more.
    Gained,
    /// Somebody may do less, or perhaps less.
    Lost,
    /// Somebody may do more, or something is not as before and neither more nor less, or that cannot be told.
    Changed,
    /// All.
    Any,
    /// None.
    Never,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs; `rolewright schema diff-report` describes it.
    Json,
    /// For comments on merge requests; the first line is the same in every report.
    Markdown,
}

/// The two projects.
struct Pair {
    old: (String, Loaded),
    new: (String, Loaded),
    /// What else is not the same on both sides: what is not read, and the configuration.
    doubts: Vec<Doubt>,
}

/// Runs the command.
pub fn run(args: &Args, global: &Global) -> Result<Exit, Failure> {
    let session = Session::start(global)?;
    let pair = match &args.git {
        Some(range) => of_revisions(range, &args.paths, &session)?,
        None => of_paths(&args.paths, &session)?,
    };
    let (old, new) = (&pair.old.1, &pair.new.1);
    let problems: Vec<Problem> = [(Side::Old, &pair.old), (Side::New, &pair.new)]
        .into_iter()
        .flat_map(|(side, (label, loaded))| problems(side, label, loaded, &session))
        .collect();
    if old.is_empty() && new.is_empty() {
        say("error: no input found on either side: no policy, manifest or spec among the files");
        return Ok(Exit::Unable);
    }
    let (of_old, of_new) = (Access::new(&old.project), Access::new(&new.project));
    let mut comparison = Comparison::between(&of_old, &of_new);
    comparison.doubts.extend(pair.doubts.iter().cloned());
    if let Some(text) = &args.who {
        Asker::of(text, [&of_old, &of_new]).sift(&mut comparison);
        let is_spoken_of =
            !comparison.changes.is_empty() || is_known(&old.project, text) || is_known(&new.project, text);
        let message = format!("no input of either side speaks of `{}`", clean::line(text));
        if !is_spoken_of && !comparison.doubts.is_empty() {
            comparison.doubts.push(Doubt { side: Side::New, text: message, place: None });
        } else if !is_spoken_of {
            return Err(Failure::new(message).with_help(
                "name somebody as the report does: `NAMESPACE/NAME`, `User NAME`, `policy:NAME`",
            ));
        }
    }
    let changes = Changes {
        old: Input { label: &pair.old.0, project: &old.project },
        new: Input { label: &pair.new.0, project: &new.project },
        comparison: &comparison,
        problems: &problems,
    };
    let look = Look { color: session.color, quiet: global.quiet };
    print(&match args.format {
        Format::Human => clean::commands(&human::render(&changes, look)).into_owned(),
        Format::Json => json::render(&changes),
        Format::Markdown => markdown::render(&changes),
    })?;
    for contradiction in &comparison.contradictions {
        say_bug(contradiction);
    }
    templates(old, new);
    let crashed = !old.crashes.is_empty() || !new.crashes.is_empty();
    Ok(if crashed || !comparison.contradictions.is_empty() {
        Exit::Internal
    } else if !problems.is_empty() {
        Exit::Unable
    } else if fails(&comparison, args.fail_on) {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

fn fails(comparison: &Comparison, fail_on: FailOn) -> bool {
    let counts = |direction: Direction| match fail_on {
        FailOn::Gained => matches!(direction, Direction::Gained | Direction::Unclear),
        FailOn::Lost => matches!(direction, Direction::Lost | Direction::Unclear),
        FailOn::Changed => direction != Direction::Lost,
        FailOn::Any => true,
        FailOn::Never => false,
    };
    let in_doubt = fail_on != FailOn::Never && !comparison.doubts.is_empty();
    in_doubt || comparison.changes.iter().any(|change| counts(change.direction))
}

fn of_paths(paths: &[PathBuf], session: &Session) -> Result<Pair, Failure> {
    let [old, new] = paths else {
        return Err(Failure::new("`diff` compares two: name OLD and NEW")
            .with_help("or two revisions of a repository, `--git A..B`"));
    };
    if paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Failure::new("`diff` reads files and directories, and not stdin"));
    }
    for path in paths {
        if let Err(error) = session.absolute(path).metadata()
            && error.kind() == std::io::ErrorKind::NotFound
        {
            let message = format!("`{}`: no such file or directory", shown(path));
            return Err(Failure::new(message).with_help("Git revisions are compared with `--git A..B`"));
        }
    }
    let side = |path: &PathBuf| {
        let base = session.absolute(path);
        let loaded = load::project(std::slice::from_ref(path), None, session);
        let made = on_disk(&loaded, &base);
        ((session.name(&base), loaded), made)
    };
    let ((old, made_old), (new, made_new)) = (side(old), side(new));
    Ok(Pair { old, new, doubts: made(&made_old, &made_new) })
}

fn of_revisions(range: &str, paths: &[PathBuf], session: &Session) -> Result<Pair, Failure> {
    let repository = Repository::around(&session.cwd)?;
    let range = Range::read(range, &repository)?;
    if range.new.is_none() && !repository.has_work_tree {
        return Err(Failure::new("this repository is bare: there is no work tree to compare with")
            .with_help("compare two revisions, `--git A..B`"));
    }
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here[..] } else { paths };
    let paths: Vec<PathBuf> = paths.iter().map(|path| session.absolute(path)).collect();
    if let Some(path) = paths.iter().find(|path| !path.starts_with(&repository.top)) {
        return Err(Failure::new(format!("`{}` lies outside of the repository", shown(path))));
    }
    let revision = Revision::list(&repository, &range.old)?;
    let old = load::of_revision(&revision, &paths, session)?;
    let in_old = revision.left_out(&paths, session);
    let read = |revision: &Revision<'_>, loaded: &Loaded| -> Result<Made, Failure> {
        let paths: Vec<&Path> = loaded.made.iter().map(PathBuf::as_path).collect();
        let contents = revision.contents(&paths)?.into_iter();
        let names = paths.iter().map(|path| path.strip_prefix(&session.cwd).unwrap_or(path).to_owned());
        Ok(names.zip(contents.map(Result::unwrap_or_default)).collect())
    };
    let made_old = read(&revision, &old)?;
    let (new, in_new, made_new, is_configured_alike) = match &range.new {
        Some(commit) => {
            let other = Revision::list(&repository, commit)?;
            let loaded = load::of_revision(&other, &paths, session)?;
            let alike = |path: &Path| revision.has_same(path, &other);
            let made = read(&other, &loaded)?;
            (
                (commit.clone(), loaded),
                other.left_out(&paths, session),
                made,
                configured(session, &repository.top, alike),
            )
        }
        // Of the work tree, submodules are as little part as of the revision.
        None => {
            let loaded = work_tree(&revision, &repository, &paths, session)?;
            let alike = |path: &Path| {
                let before = revision.contents(&[path]).ok().and_then(|mut contents| contents.pop()?.ok());
                before.is_some() && before == fs::read(path).ok()
            };
            let (made, left) =
                (on_disk(&loaded, &session.cwd), revision.left_out_of_work_tree(&paths, session));
            (("work tree".to_owned(), loaded), left, made, configured(session, &repository.top, alike))
        }
    };
    let doubt = |side, left: &LeftOut| {
        let text =
            format!("`{}` is {}, is not read, and is not the same on both sides", left.name, left.what);
        Doubt { side, text, place: None }
    };
    let mut doubts = made(&made_old, &made_new);
    doubts.extend(in_new.difference(&in_old).map(|left| doubt(Side::New, left)));
    doubts.extend(in_old.difference(&in_new).map(|left| doubt(Side::Old, left)));
    doubts.extend(is_configured_alike);
    Ok(Pair { old: (range.old, old), new, doubts })
}

/// What `compile` made and is not read: names from where the side begins, and contents.
type Made = BTreeMap<PathBuf, Vec<u8>>;

fn on_disk(loaded: &Loaded, base: &Path) -> Made {
    let made = loaded.made.iter();
    made.map(|path| (path.strip_prefix(base).unwrap_or(path).to_owned(), fs::read(path).unwrap_or_default()))
        .collect()
}

/// Of directories that `compile` made and that are not the same on both sides: what they are made of is compared, and
/// `compile --check` tells whether they are made of that. One that only one side has is not to come up unseen.
fn made(old: &Made, new: &Made) -> Vec<Doubt> {
    let names: BTreeSet<&PathBuf> = old.keys().chain(new.keys()).collect();
    let other = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    let directories: BTreeSet<&Path> = other.filter_map(|name| name.parent()).collect();
    let mut doubts = Vec::new();
    for directory in directories {
        let is_in = |made: &Made| made.keys().any(|name| name.parent() == Some(directory));
        let text = format!(
            "`{}` is a directory that `compile` made, is not read, and is not the same on both sides",
            shown(directory)
        );
        match (is_in(old), is_in(new)) {
            (true, true) => {
                say(format_args!("note: {text}; `rolewright compile --check` tells whether it is in step"))
            }
            (has_old, _) => {
                doubts.push(Doubt { side: if has_old { Side::Old } else { Side::New }, text, place: None });
            }
        }
    }
    doubts
}

/// The configurations in force that lie in the repository and that one of the sides has not in this form: what it excludes,
/// nobody is told of.
fn configured(session: &Session, top: &Path, is_alike: impl Fn(&Path) -> bool) -> Vec<Doubt> {
    let other = session.config_files.iter().filter(|path| path.starts_with(top) && !is_alike(path));
    let doubts = other.map(|path| Doubt {
        side: Side::New,
        text: format!(
            "the configuration `{}` is not the same on both sides, and both are read with the one in force",
            session.name(path)
        ),
        place: None,
    });
    doubts.collect()
}

/// What lies in the work tree now: also what a `.gitignore` names, if the revision has it, and nothing of other
/// repositories inside of this one.
fn work_tree(
    revision: &Revision<'_>,
    repository: &Repository,
    paths: &[PathBuf],
    session: &Session,
) -> Result<Loaded, Failure> {
    let there: Vec<PathBuf> = paths.iter().filter(|path| path.symlink_metadata().is_ok()).cloned().collect();
    let mut walked = walk::collect(&there, session);
    let mut known: BTreeMap<PathBuf, bool> = BTreeMap::new();
    let mut is_foreign = |directory: &Path| {
        *known.entry(directory.to_owned()).or_insert_with(|| {
            let inside = directory.ancestors().take_while(|above| *above != repository.top);
            inside.into_iter().any(|above| above.join(".git").symlink_metadata().is_ok())
        })
    };
    walked.files.retain(|_, (path, _)| {
        !revision.is_in_submodule(path) && !path.parent().is_some_and(&mut is_foreign)
    });
    let excluded = walked.excluded;
    // What the last commit has is tracked, too; before the first one, there is none.
    let head = repository.commit("HEAD").ok();
    let head = head.map(|commit| Revision::list(repository, &commit)).transpose()?;
    let of_head = head.map(|head| head.collect(&there, session).files).unwrap_or_default();
    let tracked = revision.collect(&there, session).files;
    for (path, role) in tracked.into_values().chain(of_head.into_values()) {
        if fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_file()) {
            walked.add(path, role, session);
        }
    }
    walked.excluded = excluded;
    Ok(load::walked(walked, session))
}

/// What is wrong with the inputs of a side, said on stderr.
fn problems(side: Side, label: &str, loaded: &Loaded, session: &Session) -> Vec<Problem> {
    let project = &loaded.project;
    let is_sound = loaded.unread.is_empty()
        && loaded.crashes.is_empty()
        && project.syntax_errors.is_empty()
        && project.malformed.is_empty()
        && project.templates_with("rolewright/v1").next().is_none();
    if is_sound {
        return Vec::new();
    }
    say(format_args!("error: not all of the {} side, {}, can be read:", side_word(side), clean::line(label)));
    let all = test::problems(loaded, session).into_iter();
    let all = all.map(|problem| Problem {
        side: side_word(side),
        path: problem.path,
        line: problem.line,
        message: problem.message,
    });
    all.collect()
}

/// Says how many templates are not read.
fn templates(old: &Loaded, new: &Loaded) {
    let of = |loaded: &Loaded| {
        loaded.project.classes.iter().filter(|class| matches!(class, FileClass::Template(_))).count()
    };
    let count = of(old).max(of(new));
    if count > 0 {
        say(format_args!("warning: {count} of the files are templates and were not read; render them first"));
    }
}
