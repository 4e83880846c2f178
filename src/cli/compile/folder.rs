//! A directory of artefacts: how it differs from what is to be there, and how it is brought in step.
//!
//! `.rolewright` in it lists what was made, with a checksum each, so that only that is ever removed or overwritten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use similar::TextDiff;

use crate::cli::exit::Failure;
use crate::cli::names::shown;
use crate::cli::write;
use crate::emit::{Artefact, HEADER};

/// Name of the list.
pub const LIST: &str = ".rolewright";

/// How a directory differs from the artefacts that are to be in it.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    files: BTreeMap<String, File>,
}

/// One file, as it is and as it is to be.
#[derive(Debug)]
struct File {
    old: Option<String>,
    new: Option<String>,
    executable: bool,
    change: Change,
}

/// What has to happen to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Same,
    /// It is to be made.
    Missing,
    /// Its text or its executable bit is another one.
    Differs,
    /// It was made earlier and is not made any more.
    Stale {
        /// It was changed since, so that it is left alone.
        edited: bool,
    },
}

/// The files below a directory that `compile` made there, and that are as it made them.
///
/// A list that does not say whose it is lists nothing, and what was changed since is what somebody wrote.
pub fn untouched(root: &Path) -> BTreeSet<PathBuf> {
    let Ok(Some(list)) = read(root, LIST) else { return BTreeSet::new() };
    let untouched = |(path, checksum): &(String, String)| matches!(read(root, path), Ok(Some(text)) if is_as_made(&text, checksum));
    listed(&list).into_iter().filter(untouched).map(|(path, _)| root.join(path)).collect()
}

/// Paths with their checksums, of a list that `compile` made; of any other text nothing.
pub fn listed(list: &str) -> Vec<(String, String)> {
    let is_own = list.lines().next().is_some_and(|line| line.contains(HEADER));
    let stays = |path: &str| Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    entries(list).filter(|(path, _)| is_own && stays(path)).collect()
}

/// True for the text that has this checksum.
pub fn is_as_made(text: &str, checksum: &str) -> bool {
    fingerprint(text) == checksum
}

impl Folder {
    /// Compares; refuses a directory in which something stands in the way.
    pub fn compare(root: &Path, artefacts: &[Artefact]) -> Result<Folder, Failure> {
        if root.symlink_metadata().is_ok() && !root.is_dir() {
            return Err(Failure::new(format!("`{}` is no directory", shown(root))));
        }
        let listed = read_list(root)?;
        let mut folder = Folder { root: root.to_owned(), files: BTreeMap::new() };
        for artefact in artefacts {
            folder.expect(artefact, listed.contains_key(&artefact.path))?;
        }
        for (path, checksum) in &listed {
            if folder.files.contains_key(path) {
                continue;
            }
            if let Some(old) = read(root, path)? {
                let edited = fingerprint(&old) != *checksum;
                let change = Change::Stale { edited };
                folder
                    .files
                    .insert(path.clone(), File { old: Some(old), new: None, executable: false, change });
            }
        }
        let list = Artefact { path: LIST.to_owned(), text: list_of(artefacts), executable: false };
        folder.expect(&list, true)?;
        Ok(folder)
    }

    /// True if nothing has to happen. An edited file that is no longer made counts as a difference.
    pub fn in_step(&self) -> bool {
        self.files.values().all(|file| file.change == Change::Same)
    }

    /// Every file with what has to happen to it, in the order of paths; the list itself is left out unless it is all
    /// that differs.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Change)> {
        let others = self.files.iter().any(|(path, file)| path != LIST && file.change != Change::Same);
        let shown = move |(path, file): &(&String, &File)| {
            path.as_str() != LIST || (!others && file.change != Change::Same)
        };
        self.files.iter().filter(shown).map(|(path, file)| (path.as_str(), file.change))
    }

    /// Files that are no longer made but were edited.
    pub fn edited(&self) -> impl Iterator<Item = &str> {
        let edited = |file: &File| file.change == Change::Stale { edited: true };
        self.files.iter().filter(move |(_, file)| edited(file)).map(|(path, _)| path.as_str())
    }

    /// What would change, as a unified diff.
    pub fn diff(&self) -> String {
        let mut out = String::new();
        for (path, file) in self.files.iter().filter(|(path, _)| path.as_str() != LIST) {
            let (old, new) = (file.old.as_deref(), file.new.as_deref());
            if file.change == Change::Same {
                continue;
            }
            if old == new {
                out += &format!("{path}: the executable bit differs\n");
                continue;
            }
            let name = |side: &str, text: Option<&str>| match text {
                Some(_) => format!("{side}/{path}"),
                None => "/dev/null".to_owned(),
            };
            let diff = TextDiff::from_lines(old.unwrap_or(""), new.unwrap_or(""));
            out += &diff.unified_diff().header(&name("a", old), &name("b", new)).to_string();
        }
        out
    }

    /// Brings the directory in step. All new texts are on disk before the first old one gives way.
    pub fn write(&self) -> Result<(), Failure> {
        let _alone = alone(&self.root);
        let mut waiting: Vec<(PathBuf, PathBuf)> = Vec::new();
        for (path, file) in &self.files {
            let Some(text) = &file.new else { continue };
            if file.change == Change::Same {
                continue;
            }
            let to = self.root.join(path);
            let beside = beside(&to);
            if let Err(error) = put(&beside, text, file.executable) {
                for (from, _) in &waiting {
                    let _ = fs::remove_file(from);
                }
                let _ = fs::remove_file(&beside);
                return Err(Failure::new(format!(
                    "cannot write `{}`: {error}; nothing was changed",
                    shown(&to)
                )));
            }
            waiting.push((beside, to));
        }
        for (from, to) in &waiting {
            fs::rename(from, to)
                .map_err(|error| Failure::new(format!("cannot replace `{}`: {error}", shown(to))))?;
        }
        for (path, file) in &self.files {
            if file.change == (Change::Stale { edited: false }) {
                let path = self.root.join(path);
                fs::remove_file(&path)
                    .map_err(|error| Failure::new(format!("cannot remove `{}`: {error}", shown(&path))))?;
                // Goes only if it is empty now.
                if let Some(directory) = path.parent().filter(|directory| *directory != self.root) {
                    let _ = fs::remove_dir(directory);
                }
            }
        }
        Ok(())
    }

    fn expect(&mut self, artefact: &Artefact, listed: bool) -> Result<(), Failure> {
        let old = read(&self.root, &artefact.path)?;
        let change = match &old {
            None => Change::Missing,
            Some(old) if *old == artefact.text => {
                let path = self.root.join(&artefact.path);
                if is_executable(&path) == Some(!artefact.executable) {
                    Change::Differs
                } else {
                    Change::Same
                }
            }
            Some(old) if listed || old.lines().take(2).any(|line| line.contains(HEADER)) => Change::Differs,
            Some(_) => {
                let path = self.root.join(&artefact.path);
                let message = format!("`{}` is in the way: it was not made by rolewright", shown(&path));
                return Err(
                    Failure::new(message).with_help("move it away, or name another directory with `--out`")
                );
            }
        };
        let file = File { old, new: Some(artefact.text.clone()), executable: artefact.executable, change };
        self.files.insert(artefact.path.clone(), file);
        Ok(())
    }
}

/// The text at `path` below `root`, `None` if there is no file; refuses a path that leads out of `root`.
fn read(root: &Path, path: &str) -> Result<Option<String>, Failure> {
    let whole = root.join(path);
    let cannot =
        |error: &dyn std::fmt::Display| Failure::new(format!("cannot read `{}`: {error}", shown(&whole)));
    let refuse = |at: &Path, why: &str| Failure::new(format!("`{}` {why}; nothing was changed", shown(at)));
    let mut at = root.to_owned();
    for part in Path::new(path).components() {
        let Component::Normal(part) = part else {
            return Err(refuse(&whole, "leads out of the directory"));
        };
        at.push(part);
        match at.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(refuse(&at, "is a symbolic link, which is not followed"));
            }
            Ok(metadata) if at != whole && !metadata.is_dir() => return Err(refuse(&at, "is no directory")),
            Ok(metadata) if at == whole && !metadata.is_file() => return Err(refuse(&at, "is no file")),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot(&error)),
        }
    }
    let bytes = fs::read(&whole).map_err(|error| cannot(&error))?;
    // Whatever is not UTF-8 is none of ours; it will differ from anything we make.
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Holds back other runs that write to the same directory, until it is dropped. Where the system knows no such lock, two
/// runs at once may still fail, but neither writes half of a file.
fn alone(root: &Path) -> Option<fs::File> {
    fs::create_dir_all(root).ok()?;
    let directory = fs::File::open(root).ok()?;
    directory.lock().ok()?;
    Some(directory)
}

/// Where a new text waits until all of them are there.
fn beside(path: &Path) -> PathBuf {
    /// How long a name may be so that with what is added it is no longer than file systems take.
    const LONGEST: usize = 200;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if name.len() > LONGEST { fingerprint(&name) } else { name };
    path.with_file_name(format!(".{name}.rolewright-new"))
}

fn put(path: &Path, text: &str, executable: bool) -> io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    // What an interrupted run has left.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    write::new_file(path, text.as_bytes(), |file| if executable { make_executable(file) } else { Ok(()) })
}

#[cfg(unix)]
fn make_executable(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode();
    // Whoever may read it may run it.
    file.set_permissions(fs::Permissions::from_mode(mode | (mode & 0o444) >> 2))
}

#[cfg(not(unix))]
fn make_executable(_: &fs::File) -> io::Result<()> {
    Ok(())
}

/// Whether the owner may run it; `None` where files have no such bit.
#[cfg(unix)]
fn is_executable(path: &Path) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().ok().map(|metadata| metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> Option<bool> {
    None
}

fn list_of(artefacts: &[Artefact]) -> String {
    let mut text = format!("# {HEADER} What lies here, and a checksum to tell what was edited.\n");
    for artefact in artefacts {
        text += &format!("{}  {}\n", fingerprint(&artefact.text), artefact.path);
    }
    text
}

fn read_list(root: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let text = read(root, LIST)?.unwrap_or_default();
    Ok(entries(&text).collect())
}

/// Paths with their checksums.
fn entries(list: &str) -> impl Iterator<Item = (String, String)> {
    let entries = list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once("  "));
    entries.map(|(checksum, path)| (path.to_owned(), checksum.to_owned()))
}

/// FNV-1a, 64 bits: tells an edited file from an untouched one; no defence against forgery, which git is.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}
