//! Which files are inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

use super::compile::folder;
use super::session::Session;
use crate::model::lower::evidence;
use crate::report::Unread;

/// Why a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Named on the command line or in a spec: whatever is wrong with it is an error.
    Named,
    /// Found by its name.
    Found,
    /// Read only for what it tells about mounts; no input.
    Evidence,
}

/// The files of a run, in the order of their names.
#[derive(Debug, Default)]
pub struct Walked {
    /// By name as reports show it.
    pub files: BTreeMap<String, (PathBuf, Role)>,
    /// What could not be found or entered.
    pub unread: Vec<Unread>,
    /// How many files the configuration excludes.
    pub excluded: usize,
    /// How many files were left out because `compile` made them.
    pub compiled: usize,
    /// Which files these are.
    pub made: Vec<PathBuf>,
}

/// Collects the files that `paths` name, and those below that look like inputs. Files that a `.gitignore` names, hidden
/// ones, links to directories, and what `compile` made and nobody changed since are left out unless they, or the
/// directory that `compile` wrote to, are named.
pub fn collect(paths: &[PathBuf], session: &Session) -> Walked {
    let mut walked = Walked::default();
    let mut directories = BTreeSet::new();
    let mut links = Vec::new();
    for path in paths {
        let absolute = session.absolute(path);
        match fs::metadata(&absolute) {
            Ok(metadata) if metadata.is_dir() => {
                directories.insert(absolute);
            }
            Ok(metadata) if metadata.is_file() && is_behind_link(&absolute) => {
                links.push((absolute, Role::Named));
            }
            Ok(_) => walked.add(absolute, Role::Named, session),
            Err(error) => walked.unread.push(missing(&absolute, &error, session)),
        }
    }
    let (found, artefacts) = walk(&by_one_name(directories), session);
    for found in found {
        match found {
            Found::File(path, role) if artefacts.contains(&path) => {
                walked.compiled += usize::from(role == Role::Found);
                walked.made.push(path);
            }
            Found::File(path, role) => walked.add(path, role, session),
            Found::Link(path, role) => links.push((path, role)),
            Found::Trouble(unread) => walked.unread.push(unread),
        }
    }
    walked.add_links(links, session);
    walked.unread.sort();
    walked.unread.dedup();
    walked
}

/// True if the way to the file leads over a link.
fn is_behind_link(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|target| target != path)
}

/// The directories, each that lies in another one, links followed, as a part of that one: what is in both is read once.
fn by_one_name(directories: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
    if directories.len() < 2 {
        return directories;
    }
    let real = |path: &PathBuf| (path.clone(), fs::canonicalize(path).unwrap_or_else(|_| path.clone()));
    let mut directories: Vec<(PathBuf, PathBuf)> = directories.iter().map(real).collect();
    // The outermost first and, of several names of one, the one without links.
    directories.sort_by(|(a, real_a), (b, real_b)| (real_a, a != real_a, a).cmp(&(real_b, b != real_b, b)));
    let mut kept: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (path, real) in directories {
        let outer = kept.iter().find_map(|(outer, real_outer)| {
            let rest = real.strip_prefix(real_outer).ok()?;
            Some(if rest.as_os_str().is_empty() { outer.clone() } else { outer.join(rest) })
        });
        let path = outer.unwrap_or(path);
        if !kept.iter().any(|(known, _)| *known == path) {
            kept.push((path, real));
        }
    }
    kept.into_iter().map(|(path, _)| path).collect()
}

impl Walked {
    /// Takes a file in unless the configuration excludes it.
    pub fn add(&mut self, path: PathBuf, role: Role, session: &Session) {
        let left_out = session.leave_out.as_ref().is_some_and(|directory| path.starts_with(directory));
        if left_out && role != Role::Named {
            return;
        }
        let excluded = session.excludes(&path);
        let name = session.name(&path);
        if excluded {
            self.excluded += usize::from(role != Role::Evidence && !self.files.contains_key(&name));
            return;
        }
        let entry = self.files.entry(name).or_insert((path, role));
        entry.1 = entry.1.min(role);
    }

    /// A link to a file that is read anyway says nothing new, and would look like everything written twice.
    fn add_links(&mut self, links: Vec<(PathBuf, Role)>, session: &Session) {
        if links.is_empty() {
            return;
        }
        let mut known: BTreeSet<PathBuf> =
            self.files.values().filter_map(|(path, _)| fs::canonicalize(path).ok()).collect();
        let mut links = links;
        links.sort();
        for (path, role) in links {
            match fs::canonicalize(&path) {
                Ok(target) if target.is_file() => {
                    if known.insert(target) {
                        self.add(path, role, session);
                    }
                }
                // Links to directories are not followed: they may lead in circles.
                Ok(target) if target.is_dir() => {}
                Ok(_) => self.unread.push(special(&path, session)),
                Err(error) if role != Role::Evidence => {
                    let mut unread = missing(&path, &error, session);
                    unread.message = format!("broken link: {}", unread.message);
                    self.unread.push(unread);
                }
                Err(_) => {}
            }
        }
    }
}

enum Found {
    File(PathBuf, Role),
    Link(PathBuf, Role),
    Trouble(Unread),
}

/// What lies below the directories, and those of the files that `compile` made.
fn walk(directories: &BTreeSet<PathBuf>, session: &Session) -> (Vec<Found>, BTreeSet<PathBuf>) {
    let mut directories = directories.iter();
    let Some(first) = directories.next() else { return (Vec::new(), BTreeSet::new()) };
    let mut builder = WalkBuilder::new(first);
    for directory in directories {
        builder.add(directory);
    }
    // What lies outside of the project or on one machine only (`.git/info/exclude`, the user's own ignore file, ignore
    // files further up) must not change a report.
    builder.git_global(false).git_exclude(false).ignore(false).threads(session.jobs);
    let found = Mutex::new(Vec::new());
    let artefacts = Mutex::new(BTreeSet::new());
    builder.build_parallel().run(|| {
        let mut batch = Batch { found: Vec::new(), all: &found };
        let artefacts = &artefacts;
        Box::new(move |entry| {
            match entry {
                Ok(entry) => {
                    let kind = entry.file_type();
                    let is_directory = kind.is_some_and(|kind| kind.is_dir());
                    if is_directory
                        && entry.depth() > 0
                        && entry.path().join(folder::LIST).is_file()
                        && let Ok(mut artefacts) = artefacts.lock()
                    {
                        artefacts.extend(folder::untouched(entry.path()));
                    }
                    let role = role_of(&entry.file_name().to_string_lossy()).filter(|_| !is_directory);
                    if let (Some(kind), Some(role)) = (kind, role) {
                        if kind.is_file() {
                            batch.found.push(Found::File(entry.into_path(), role));
                        } else if kind.is_symlink() {
                            batch.found.push(Found::Link(entry.into_path(), role));
                        } else if role == Role::Found {
                            batch.found.push(Found::Trouble(special(entry.path(), session)));
                        }
                    }
                }
                Err(error) => batch.found.push(Found::Trouble(trouble(&error, session))),
            }
            WalkState::Continue
        })
    });
    (found.into_inner().unwrap_or_default(), artefacts.into_inner().unwrap_or_default())
}

/// What one thread found; handed over in one go when the thread is done.
struct Batch<'a> {
    found: Vec<Found>,
    all: &'a Mutex<Vec<Found>>,
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if let Ok(mut all) = self.all.lock() {
            all.append(&mut self.found);
        }
    }
}

/// What a file of this name is read for, if it is not named by anybody.
pub fn role_of(file_name: &str) -> Option<Role> {
    const INPUTS: [&str; 5] = ["yaml", "yml", "json", "hcl", "policy"];
    const TEMPLATES: [&str; 10] =
        ["tpl", "tftpl", "j2", "jinja", "jinja2", "tmpl", "gotmpl", "ctmpl", "erb", "mustache"];
    let (stem, extension) = file_name.rsplit_once('.')?;
    let is = |list: &[&str], extension: &str| list.iter().any(|known| known.eq_ignore_ascii_case(extension));
    let template_of_input = || {
        let (_, inner) = stem.rsplit_once('.')?;
        (is(&TEMPLATES, extension) && is(&INPUTS, inner)).then_some(())
    };
    if is(&INPUTS, extension) || template_of_input().is_some() {
        Some(Role::Found)
    } else if evidence::wanted(file_name) {
        Some(Role::Evidence)
    } else {
        None
    }
}

/// A pipe, a socket or a device, which could be read without end.
fn special(path: &Path, session: &Session) -> Unread {
    Unread { path: session.name(path), message: "is no regular file".to_owned(), help: None, asked_by: None }
}

fn missing(path: &Path, error: &std::io::Error, session: &Session) -> Unread {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Unread { path: session.name(path), message, help: None, asked_by: None }
}

fn trouble(error: &ignore::Error, session: &Session) -> Unread {
    fn path_of(error: &ignore::Error) -> Option<&Path> {
        match error {
            ignore::Error::WithPath { path, .. } => Some(path),
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
            _ => None,
        }
    }
    let path = path_of(error).map(|path| session.name(path)).unwrap_or_default();
    let message = match error.io_error() {
        Some(error) if error.kind() == std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        Some(error) => error.to_string(),
        None => error.to_string(),
    };
    Unread { path, message, help: None, asked_by: None }
}
