//! The `git` program, asked for objects and for nothing else.
//!
//! A repository may come from anybody. Its configuration can name programs to be run by fetches, filters, hooks, monitors
//! and pagers; none of the commands here comes to any of these: names are resolved, trees are listed, objects are copied
//! out as they are stored. Objects that are not there are not fetched.

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use crate::cli::exit::Failure;
use crate::report::clean;
use crate::syntax::limits;

/// A repository, by a directory in it.
#[derive(Debug)]
pub struct Repository {
    directory: PathBuf,
    /// The top of the work tree; without one, the directory itself.
    pub top: PathBuf,
    /// False for a bare repository.
    pub has_work_tree: bool,
}

/// What a tree has under a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The name of the object.
    pub id: String,
}

/// Kinds of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
    /// A commit of another repository.
    Submodule,
}

/// The contents of an object, at most one byte more than the largest file that is read; else why there are none.
pub type Contents = Result<Vec<u8>, String>;

impl Repository {
    /// The repository that `directory` lies in.
    pub fn around(directory: &Path) -> Result<Repository, Failure> {
        let mut repository =
            Repository { directory: directory.to_owned(), top: directory.to_owned(), has_work_tree: false };
        // First whether there is one: without a work tree, there is no top.
        repository.ask(&["rev-parse", "--git-dir"], "this is no repository that `git` can read")?;
        if let Ok(top) = repository.ask(&["rev-parse", "--show-toplevel"], "") {
            repository.top = path(&top);
            repository.has_work_tree = true;
        } else if repository.ask(&["rev-parse", "--is-bare-repository"], "")? != b"true" {
            // Paths would be taken for those of the work tree, and the configuration for one of this directory.
            return Err(Failure::new("this directory is Git's own, and no part of the work tree")
                .with_help("run `rolewright` in the work tree"));
        }
        Ok(repository)
    }

    /// The commit that is meant by a revision as people write it.
    pub fn commit(&self, revision: &str) -> Result<String, Failure> {
        let shown = clean::line(revision).into_owned();
        if revision.is_empty() || revision.starts_with('-') || revision.chars().any(char::is_control) {
            return Err(Failure::new(format!("`{shown}` is no revision")));
        }
        let wanted = format!("{revision}^{{commit}}");
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", wanted.as_str()];
        let unknown = format!("`{shown}` is no revision of this repository");
        let id = self.ask(&arguments, &unknown).map_err(|failure| self.with_depth(failure))?;
        object_name(&id).ok_or_else(|| Failure::new(unknown))
    }

    /// The last commit that two have in common.
    pub fn merge_base(&self, one: &str, other: &str) -> Result<String, Failure> {
        let none = "the two revisions have no commit in common";
        let ids = self.ask(&["merge-base", one, other], none).map_err(|failure| self.with_depth(failure))?;
        let first = ids.split(|byte| *byte == b'\n').next().unwrap_or_default();
        object_name(first).ok_or_else(|| Failure::new(none))
    }

    /// All entries of a commit's tree, in its order, by path from the top.
    pub fn tree(&self, commit: &str) -> Result<Vec<(PathBuf, Entry)>, Failure> {
        let failed = || Failure::new(format!("the tree of `{commit}` cannot be read"));
        let mut child = self.spawn(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let mut entries = Vec::new();
        let mut stdout = BufReader::new(child.stdout.take().ok_or_else(failed)?);
        let mut record = Vec::new();
        loop {
            record.clear();
            let read = stdout.by_ref().take(LONGEST).read_until(0, &mut record);
            if read.map_err(|_| failed())? == 0 {
                break;
            }
            if record.last() != Some(&0) {
                end(&mut child);
                return Err(failed());
            }
            entries.extend(entry(&record));
            if entries.len() > limits::TREE_ENTRIES {
                end(&mut child);
                return Err(Failure::new(format!(
                    "the tree of `{commit}` has more than {} entries, which is the most that is read",
                    limits::TREE_ENTRIES
                )));
            }
        }
        match child.wait() {
            Ok(status) if status.success() => Ok(entries),
            _ => Err(self.with_depth(failed())),
        }
    }

    /// The contents of objects, in the order of their names.
    pub fn contents(&self, ids: &[&str]) -> Result<Vec<Contents>, Failure> {
        let failed = || Failure::new("`git` did not hand over the files of a revision");
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut child = self.spawn(&["cat-file", "--batch", "--buffer"])?;
        let mut stdin = child.stdin.take().ok_or_else(failed)?;
        let asked: String = ids.iter().map(|id| format!("{id}\n")).collect();
        // Both pipes are short, so that somebody has to read while the other one writes.
        let writer = thread::spawn(move || stdin.write_all(asked.as_bytes()));
        let mut stdout = BufReader::new(child.stdout.take().ok_or_else(failed)?);
        let mut all = Vec::with_capacity(ids.len());
        for _ in ids {
            match contents(&mut stdout) {
                Some(contents) => all.push(contents),
                None => {
                    end(&mut child);
                    return Err(failed());
                }
            }
        }
        drop(stdout);
        let _ = writer.join();
        let _ = child.wait();
        Ok(all)
    }

    /// What the program prints, without the end of the line.
    fn ask(&self, arguments: &[&str], message: &str) -> Result<Vec<u8>, Failure> {
        let output =
            self.command(arguments).stdin(Stdio::null()).output().map_err(|error| missing(&error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let failure = Failure::new(message);
            return Err(match said.lines().find(|line| !line.trim().is_empty()) {
                Some(line) => failure.with_help(format!("git says: {}", clean::line(line.trim()))),
                None => failure,
            });
        }
        let mut text = output.stdout;
        if text.last() == Some(&b'\n') {
            text.pop();
        }
        Ok(text)
    }

    fn spawn(&self, arguments: &[&str]) -> Result<Child, Failure> {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| missing(&error))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        command.args(["--no-pager", "--no-replace-objects", "--no-optional-locks"]);
        for setting in ["protocol.allow=never", "core.fsmonitor=false", "core.hooksPath=/dev/null"] {
            command.args(["-c", setting]);
        }
        command.args(arguments).current_dir(&self.directory);
        for (name, value) in [
            ("GIT_NO_LAZY_FETCH", "1"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_NO_REPLACE_OBJECTS", "1"),
            // Of all protocols, which a repository can otherwise allow one by one, none.
            ("GIT_ALLOW_PROTOCOL", ""),
            ("LC_ALL", "C"),
        ] {
            command.env(name, value);
        }
        command
    }

    /// Says so if history was cut off, which is the usual reason.
    fn with_depth(&self, failure: Failure) -> Failure {
        match self.ask(&["rev-parse", "--is-shallow-repository"], "") {
            Ok(answer) if answer == b"true" => failure.with_help(
                "this clone is shallow: fetch the commits to compare, with `fetch-depth: 0` or `git fetch --unshallow`",
            ),
            _ => failure,
        }
    }
}

/// More than any entry of a tree takes.
const LONGEST: u64 = 1024 * 1024;

/// `MODE TYPE ID TAB PATH NUL`. Paths that lead anywhere but down are left out: no checkout has them.
fn entry(record: &[u8]) -> Option<(PathBuf, Entry)> {
    let record = record.strip_suffix(&[0]).unwrap_or(record);
    let tab = record.iter().position(|byte| *byte == b'\t')?;
    let (head, name) = (record.get(..tab)?, record.get(tab + 1..)?);
    let mut words = std::str::from_utf8(head).ok()?.split(' ');
    let (mode, _, id) = (words.next()?, words.next()?, words.next()?);
    let kind = match mode {
        "120000" => Kind::Link,
        "160000" => Kind::Submodule,
        _ => Kind::File,
    };
    let path = path(name);
    let leads_down = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    leads_down.then_some((path, Entry { kind, id: id.to_owned() }))
}

/// One answer of `cat-file --batch`; nothing if the program has gone away.
fn contents(stdout: &mut impl std::io::BufRead) -> Option<Contents> {
    let mut head = String::new();
    stdout.by_ref().take(LONGEST).read_line(&mut head).ok().filter(|read| *read > 0)?;
    let mut words = head.trim_end().rsplit(' ');
    let size = match words.next()?.parse::<u64>() {
        Ok(size) => size,
        Err(_) => return Some(Err("is not in this clone, and nothing is fetched".to_owned())),
    };
    let mut bytes = Vec::new();
    let kept = size.min(limits::FILE_BYTES + 1);
    stdout.by_ref().take(kept).read_to_end(&mut bytes).ok()?;
    // The rest of what is too large, and the end of the line.
    let rest = size - kept + 1;
    let skipped = std::io::copy(&mut stdout.by_ref().take(rest), &mut std::io::sink()).ok()?;
    (bytes.len() as u64 == kept && skipped == rest).then_some(Ok(bytes))
}

fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

fn object_name(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let is_name = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_name.then(|| text.to_owned())
}

/// Names that are no UTF-8 are shown with escapes: they are never looked up.
fn path(bytes: &[u8]) -> PathBuf {
    match std::str::from_utf8(bytes) {
        Ok(text) => PathBuf::from(text),
        Err(_) => PathBuf::from(bytes.escape_ascii().to_string()),
    }
}

fn missing(error: &std::io::Error) -> Failure {
    match error.kind() {
        std::io::ErrorKind::NotFound => Failure::new("`git` is not there")
            .with_help("install it, or compare two directories: `rolewright diff OLD NEW`"),
        _ => Failure::new(format!("`git` cannot be run: {error}")),
    }
}
