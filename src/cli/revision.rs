//! Projects as they stand in a Git revision, read without a checkout.

mod git;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Bound;
use std::path::{Component, Path, PathBuf};

use ignore::WalkBuilder;

pub use git::{Contents, Kind, Repository};

use super::compile::folder;
use super::exit::Failure;
use super::session::{Session, absolute};
use super::walk::{Role, Walked, role_of};
use git::Entry;

/// What is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// The revision that was, by the name of its commit.
    pub old: String,
    /// The one that takes its place; nothing for the work tree.
    pub new: Option<String>,
}

impl Range {
    /// `A..B`, `A...B` for B against the last commit that it has in common with A, or `A` for the work tree against A. An
    /// end that is left out is `HEAD`.
    pub fn read(text: &str, repository: &Repository) -> Result<Range, Failure> {
        let end = |text: &str| repository.commit(if text.is_empty() { "HEAD" } else { text });
        if let Some((old, new)) = text.split_once("...") {
            let (old, new) = (end(old)?, end(new)?);
            return Ok(Range { old: repository.merge_base(&old, &new)?, new: Some(new) });
        }
        match text.split_once("..") {
            Some((old, new)) => Ok(Range { old: end(old)?, new: Some(end(new)?) }),
            None => Ok(Range { old: repository.commit(text)?, new: None }),
        }
    }
}

/// The tree of a commit.
#[derive(Debug)]
pub struct Revision<'r> {
    repository: &'r Repository,
    /// By path from the root of the file system, as in a checkout.
    entries: BTreeMap<PathBuf, Entry>,
    /// Where links lead.
    targets: BTreeMap<PathBuf, PathBuf>,
    /// Files that `compile` made, with the directory that it wrote to.
    artefacts: BTreeMap<PathBuf, PathBuf>,
}

/// Something in a revision that may hold inputs and is not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// As reports show it.
    pub name: String,
    /// What it is.
    pub what: &'static str,
    /// What is there: equal ones are equal.
    id: String,
}

const OUTWARD: &str = "a link that leads out of the revision";
const DIRECTORY_LINK: &str = "a link to a directory";
const SUBMODULE: &str = "a submodule";

/// How many links are followed one after the other.
const LINKS: usize = 40;

impl<'r> Revision<'r> {
    /// Lists the tree of a commit.
    pub fn list(repository: &'r Repository, commit: &str) -> Result<Revision<'r>, Failure> {
        let entries = repository.tree(commit)?.into_iter();
        let entries: BTreeMap<PathBuf, Entry> =
            entries.map(|(path, entry)| (repository.top.join(path), entry)).collect();
        let links = entries.iter().filter(|(_, entry)| entry.kind == Kind::Link);
        let (links, ids): (Vec<&PathBuf>, Vec<&str>) =
            links.map(|(path, entry)| (path, entry.id.as_str())).unzip();
        let contents = repository.contents(&ids)?;
        let targets = links.iter().zip(contents).filter_map(|(link, target)| {
            let target = String::from_utf8(target.ok()?).ok()?;
            Some(((*link).clone(), absolute(link.parent()?, Path::new(&target))))
        });
        let targets = targets.collect();
        let mut revision = Revision { repository, entries, targets, artefacts: BTreeMap::new() };
        revision.artefacts = revision.artefacts()?;
        Ok(revision)
    }

    /// What [`folder::untouched`] tells of a directory on the disk.
    fn artefacts(&self) -> Result<BTreeMap<PathBuf, PathBuf>, Failure> {
        let lists = self.entries.iter().filter(|(path, entry)| {
            entry.kind == Kind::File && path.file_name().is_some_and(|name| name == folder::LIST)
        });
        let lists: Vec<&Path> = lists.map(|(path, _)| path.as_path()).collect();
        let texts = self.contents(&lists)?;
        let mut listed: BTreeMap<PathBuf, (PathBuf, String)> = BTreeMap::new();
        for (list, text) in lists.iter().zip(texts) {
            let Some(directory) = list.parent() else { continue };
            let text = text.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
            let files =
                folder::listed(&text).into_iter().map(|(path, checksum)| (directory.join(path), checksum));
            let files =
                files.filter(|(path, _)| self.entries.get(path).is_some_and(|it| it.kind == Kind::File));
            listed.extend(files.map(|(path, checksum)| (path, (directory.to_owned(), checksum))));
        }
        let texts = self.contents(&listed.keys().map(PathBuf::as_path).collect::<Vec<_>>())?;
        let made = listed.into_iter().zip(texts).filter_map(|((path, (directory, checksum)), text)| {
            let text = String::from_utf8_lossy(&text.ok()?).into_owned();
            folder::is_as_made(&text, &checksum).then_some((path, directory))
        });
        Ok(made.collect())
    }

    /// The files that `paths` name, and those below that look like inputs, as [`super::walk::collect`] chooses them. What
    /// is in a revision is in it whatever a `.gitignore` says. A path that is not there names nothing: a project may begin
    /// with a revision, and end.
    pub fn collect(&self, paths: &[PathBuf], session: &Session) -> Walked {
        let mut walked = Walked::default();
        let mut made: BTreeSet<&Path> = BTreeSet::new();
        let mut links = Vec::new();
        for (path, entry) in self.entries.iter().filter(|(_, entry)| entry.kind != Kind::Submodule) {
            for base in paths.iter().filter(|base| path.starts_with(base)) {
                let role = if path == base { Some(Role::Named) } else { found(path, base) };
                let Some(role) = role else { continue };
                // Whoever names the directory that `compile` wrote to asks for what is in it.
                let below =
                    |directory: &PathBuf| path != base && directory != base && directory.starts_with(base);
                match self.artefacts.get(path).filter(|directory| below(directory)) {
                    Some(_) => {
                        made.insert(path);
                    }
                    None if entry.kind == Kind::Link => links.push((path, role)),
                    None => walked.add(path.clone(), role, session),
                }
            }
        }
        // A link to a file that is read anyway says nothing new.
        let mut known: BTreeSet<PathBuf> = walked.files.values().map(|(path, _)| path.clone()).collect();
        for (link, role) in links {
            if let Some(target) = self.behind(link)
                && known.insert(target.to_owned())
            {
                walked.add(link.clone(), role, session);
            }
        }
        walked.compiled = made.len();
        walked.made = made.into_iter().map(Path::to_owned).collect();
        walked
    }

    /// Links that look like inputs and lead to nothing in the revision, links to directories, and submodules, below `paths`.
    pub fn left_out(&self, paths: &[PathBuf], session: &Session) -> BTreeSet<LeftOut> {
        let below = |path: &Path| paths.iter().any(|base| path.starts_with(base) && is_seen(path, base));
        let all = self.entries.iter().filter(|(path, _)| below(path)).filter_map(|(path, entry)| {
            let id = match self.targets.get(path) {
                Some(target) => session.name(target),
                None => entry.id.clone(),
            };
            let what = match (entry.kind, self.behind(path)) {
                (Kind::File, _) => return None,
                (Kind::Submodule, _) => SUBMODULE,
                (Kind::Link, None) if is_input(path) => OUTWARD,
                (Kind::Link, Some(target)) if self.entries.contains_key(target) => return None,
                // What is read by its own name says nothing new.
                (Kind::Link, Some(target)) if below(target) => return None,
                (Kind::Link, Some(_)) => DIRECTORY_LINK,
                (Kind::Link, None) => {
                    let target = self.targets.get(path)?;
                    target.is_dir().then_some(DIRECTORY_LINK)?
                }
            };
            Some(LeftOut { name: session.name(path), what, id })
        });
        all.collect()
    }

    /// The same of the work tree: what a submodule of the revision holds is as little part of it.
    pub fn left_out_of_work_tree(&self, paths: &[PathBuf], session: &Session) -> BTreeSet<LeftOut> {
        let below = |path: &Path| paths.iter().any(|base| path.starts_with(base) && is_seen(path, base));
        let before = self.left_out(paths, session);
        // Links to files are followed on the disk, too, and whatever is wrong with them is said.
        let mut all: BTreeSet<LeftOut> = before.iter().filter(|left| left.what == OUTWARD).cloned().collect();
        let modules = fs::read_to_string(self.repository.top.join(".gitmodules")).unwrap_or_default();
        // Any other repository in a directory is no part of this one.
        let is_module = |path: &Path| {
            let below = path.strip_prefix(&self.repository.top).unwrap_or(path);
            let paths =
                modules.lines().filter_map(|line| line.trim().strip_prefix("path")?.trim().strip_prefix('='));
            paths.into_iter().any(|named| Path::new(named.trim()) == below)
        };
        let mut known: BTreeSet<PathBuf> = BTreeSet::new();
        for base in paths {
            let mut builder = WalkBuilder::new(base);
            builder.git_global(false).git_exclude(false).ignore(false);
            // What a `.gitignore` names counts where the revision has it.
            let of_revision = self.entries.iter().filter(|(path, entry)| {
                entry.kind != Kind::File && path.starts_with(base) && path.symlink_metadata().is_ok()
            });
            known.extend(of_revision.map(|(path, _)| path.clone()));
            known.extend(builder.build().flatten().map(ignore::DirEntry::into_path));
        }
        for path in known.iter().filter(|path| below(path)) {
            let name = session.name(path);
            let Ok(metadata) = path.symlink_metadata() else { continue };
            if metadata.is_symlink() && path.is_dir() {
                let Some((parent, target)) = path.parent().zip(fs::read_link(path).ok()) else { continue };
                let target = absolute(parent, &target);
                if !below(&target) {
                    all.insert(LeftOut { name, what: DIRECTORY_LINK, id: session.name(&target) });
                }
            } else if metadata.is_dir() && *path != self.repository.top {
                let kept = before.iter().find(|left| left.what == SUBMODULE && left.name == name);
                if let Some(kept) = kept {
                    all.insert(kept.clone());
                } else if is_module(path) {
                    all.insert(LeftOut { name, what: SUBMODULE, id: String::new() });
                }
            }
        }
        all
    }

    /// True if both have the same under the path, be it nothing.
    pub fn has_same(&self, path: &Path, other: &Revision<'_>) -> bool {
        self.entries.get(path) == other.entries.get(path)
    }

    /// True if the path lies in a submodule.
    pub fn is_in_submodule(&self, path: &Path) -> bool {
        let is_module =
            |above: &Path| self.entries.get(above).is_some_and(|entry| entry.kind == Kind::Submodule);
        path.ancestors().any(is_module)
    }

    /// The contents of files, in their order; those that are not there say so.
    pub fn contents(&self, paths: &[&Path]) -> Result<Vec<Contents>, Failure> {
        let files: Vec<Option<&Entry>> = paths
            .iter()
            .map(|path| self.entries.get(self.behind(path)?).filter(|entry| entry.kind == Kind::File))
            .collect();
        let ids: Vec<&str> = files.iter().flatten().map(|entry| entry.id.as_str()).collect();
        let mut contents = self.repository.contents(&ids)?.into_iter();
        let missing = || Err("no such file in the revision".to_owned());
        let all = files.iter().map(|file| file.and_then(|_| contents.next()).unwrap_or_else(missing));
        Ok(all.collect())
    }

    /// The file or directory that a path leads to, links followed; nothing if that is not in the revision.
    fn behind<'p>(&'p self, path: &'p Path) -> Option<&'p Path> {
        let mut path = path;
        for _ in 0..LINKS {
            match self.targets.get(path) {
                Some(target) => path = target,
                None => {
                    let next =
                        self.entries.range::<Path, _>((Bound::Included(path), Bound::Unbounded)).next();
                    return next.filter(|(known, _)| known.starts_with(path)).map(|_| path);
                }
            }
        }
        None
    }
}

/// True for the name of an input.
fn is_input(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    name.and_then(|name| role_of(&name)) == Some(Role::Found)
}

/// What a file below `base` is read for.
fn found(path: &Path, base: &Path) -> Option<Role> {
    role_of(&path.file_name()?.to_string_lossy()).filter(|_| is_seen(path, base))
}

/// True if no part of the path below `base` is hidden.
fn is_seen(path: &Path, base: &Path) -> bool {
    let below = path.strip_prefix(base).unwrap_or(path);
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    !below.components().any(hidden)
}
