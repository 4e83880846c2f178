//! Where paths really lead.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Why the absolute `path` is neither written nor read as a setting: a link on its way leads out of `root`.
///
/// Links that lie below the root are the project's, and so may have been laid by anybody who contributes to it. Further
/// up they belong to the machine, such as `/tmp` on some systems. Only the last part counts there: a file that somebody
/// else put in its place must not decide what is overwritten.
pub fn refusal(path: &Path, root: &Path) -> Option<&'static str> {
    if is_stream(path) {
        return None;
    }
    let root = fs::canonicalize(root).ok()?;
    let mut at = PathBuf::new();
    for part in path.components() {
        let directory = at.clone();
        at.push(part);
        if !at.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            continue;
        }
        let directory = fs::canonicalize(&directory).ok()?;
        let is_last = at == path;
        if !is_last && !directory.starts_with(&root) {
            continue;
        }
        let Ok(target) = fs::canonicalize(&at) else {
            return Some("it is a symbolic link that leads nowhere");
        };
        let stays = target.starts_with(&root) || (is_last && target.starts_with(&directory));
        if !stays {
            return Some("it is reached through a symbolic link that leads out of the project");
        }
    }
    None
}

/// True for the names that a system gives to the streams of a process; they are links wherever they are not devices.
pub fn is_stream(path: &Path) -> bool {
    let directory = path.parent();
    directory == Some(Path::new("/dev"))
        || directory == Some(Path::new("/dev/fd"))
        || path.starts_with("/proc")
}

/// What tells one file from all others, whether it is there already or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    path: PathBuf,
    node: Option<(u64, u64)>,
}

impl Identity {
    /// Of the file at this path; nothing for a pipe or a device, which takes in what several write.
    pub fn of(path: &Path) -> Option<Identity> {
        let metadata = fs::metadata(path).ok();
        if metadata.as_ref().is_some_and(|metadata| !metadata.is_file()) {
            return None;
        }
        let beside = || {
            let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
            let directory = fs::canonicalize(directory.unwrap_or(Path::new("."))).ok()?;
            Some(directory.join(path.file_name().unwrap_or(OsStr::new(""))))
        };
        let real = fs::canonicalize(path).ok().or_else(beside);
        Some(Identity {
            path: real.unwrap_or_else(|| path.to_owned()),
            node: metadata.as_ref().and_then(node),
        })
    }

    /// True if what is written to the one is written to the other.
    pub fn is_same(&self, other: &Identity) -> bool {
        self.path == other.path || (self.node.is_some() && self.node == other.node)
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn node(metadata: &fs::Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn node(_: &fs::Metadata) -> Option<(u64, u64)> {
    None
}

/// Paths of files as those see them who wrote globs into a configuration, links resolved.
#[derive(Debug, Default)]
pub struct Spellings {
    /// Directories of the configurations: as they were reached, and where they really lie.
    bases: Vec<(PathBuf, PathBuf)>,
    directories: Mutex<HashMap<PathBuf, PathBuf>>,
}

impl Spellings {
    /// For configurations that lie in these directories.
    pub fn new(bases: impl IntoIterator<Item = PathBuf>) -> Spellings {
        let real = |base: PathBuf| (base.clone(), fs::canonicalize(&base).unwrap_or(base));
        let mut bases: Vec<(PathBuf, PathBuf)> = bases.into_iter().map(real).collect();
        bases.dedup();
        Spellings { bases, directories: Mutex::default() }
    }

    /// The other paths, below the directories of the configurations, of the file at an absolute path.
    pub fn of(&self, path: &Path) -> Vec<PathBuf> {
        if self.bases.is_empty() {
            return Vec::new();
        }
        let real = self.real(path);
        let below = self.bases.iter().filter_map(|(base, real_base)| {
            Some(base.join(real.strip_prefix(real_base).ok()?)).filter(|spelling| spelling != path)
        });
        below.collect()
    }

    fn real(&self, path: &Path) -> PathBuf {
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        }
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else { return path.to_owned() };
        let Ok(mut directories) = self.directories.lock() else { return path.to_owned() };
        let real = directories
            .entry(directory.to_owned())
            .or_insert_with(|| fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned()));
        real.join(name)
    }
}
