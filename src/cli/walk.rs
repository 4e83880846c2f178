//! Which files are inputs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ignore::{WalkBuilder, WalkState};

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
}

/// Collects the files that `paths` name, and those below that look like inputs. Files that Git ignores and hidden ones
/// are left out unless they are named.
pub fn collect(paths: &[PathBuf], session: &Session) -> Walked {
    let mut walked = Walked::default();
    let mut directories = BTreeSet::new();
    for path in paths {
        let absolute = session.absolute(path);
        match fs::metadata(&absolute) {
            Ok(metadata) if metadata.is_dir() => {
                directories.insert(absolute);
            }
            Ok(_) => walked.add(absolute, Role::Named, session),
            Err(error) => walked.unread.push(missing(&absolute, &error, session)),
        }
    }
    let mut links = Vec::new();
    for found in walk(&directories, session) {
        match found {
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

impl Walked {
    fn add(&mut self, path: PathBuf, role: Role, session: &Session) {
        let left_out = session.leave_out.as_ref().is_some_and(|directory| path.starts_with(directory));
        if left_out && role != Role::Named {
            return;
        }
        let excluded = !session.config.exclude.is_empty()
            && path
                .strip_prefix(&session.config_dir)
                .is_ok_and(|relative| session.config.exclude.is_match(relative));
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
                Ok(_) => {}
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

fn walk(directories: &BTreeSet<PathBuf>, session: &Session) -> Vec<Found> {
    let mut directories = directories.iter();
    let Some(first) = directories.next() else { return Vec::new() };
    let mut builder = WalkBuilder::new(first);
    for directory in directories {
        builder.add(directory);
    }
    // The user's own ignore file is not part of the project: reports must not depend on it.
    builder.git_global(false).threads(session.jobs);
    let found = Mutex::new(Vec::new());
    builder.build_parallel().run(|| {
        let mut batch = Batch { found: Vec::new(), all: &found };
        Box::new(move |entry| {
            match entry {
                Ok(entry) => {
                    let kind = entry.file_type();
                    let role = entry.file_name().to_str().and_then(role_of);
                    if let (Some(kind), Some(role)) = (kind, role) {
                        if kind.is_file() {
                            batch.found.push(Found::File(entry.into_path(), role));
                        } else if kind.is_symlink() {
                            batch.found.push(Found::Link(entry.into_path(), role));
                        }
                    }
                }
                Err(error) => batch.found.push(Found::Trouble(trouble(&error, session))),
            }
            WalkState::Continue
        })
    });
    found.into_inner().unwrap_or_default()
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
fn role_of(file_name: &str) -> Option<Role> {
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
