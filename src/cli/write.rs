//! Writing a file whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::links;

/// Puts `bytes` in the place of what is at `path`; of links, which [`links::refusal`] may have refused before, the file
/// they lead to is replaced.
///
/// The bytes are written beside it first, so that a full disk leaves the old file as it was; its mode, owner and group
/// are kept. A file that has further names, or an owner that this process cannot give away, is overwritten instead, when
/// that copy is complete. What may not be written to stays as it is, also for those whom the system lets replace it.
/// What is no regular file, such as a pipe, is written to.
pub fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if links::is_stream(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(bytes);
    }
    let to = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let old = fs::metadata(&to).ok();
    if let Some(old) = &old {
        if old.is_file() && old.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        let mut file = OpenOptions::new().write(true).open(&to)?;
        if !old.is_file() {
            return file.write_all(bytes);
        }
    }
    let mut keeps_owner = true;
    let beside = beside(&to, bytes, |file| match &old {
        Some(old) => {
            keeps_owner = keep_owner(file, old);
            file.set_permissions(old.permissions())
        }
        None => Ok(()),
    })?;
    let replaced = match &old {
        Some(old) if !keeps_owner || has_further_names(old) => {
            let written = overwrite(&to, bytes);
            let _ = fs::remove_file(&beside);
            written
        }
        _ => fs::rename(&beside, &to),
    };
    if replaced.is_err() {
        let _ = fs::remove_file(&beside);
    }
    replaced
}

/// Puts `new` in the place of `old`, which the file at `path` held when it was read; else says why not.
pub fn in_place(path: &Path, old: &[u8], new: &[u8], root: &Path) -> Result<(), String> {
    if let Some(fault) = links::refusal(path, root) {
        return Err(fault.to_owned());
    }
    let now = fs::read(path).map_err(|error| error.to_string())?;
    if now != old {
        return Err("it was changed meanwhile".to_owned());
    }
    whole(path, new).map_err(|error| error.to_string())
}

/// Makes a file that is not there yet; `finish` may change its mode before it is sure to be on the disk.
pub fn new_file(
    path: &Path,
    bytes: &[u8],
    finish: impl FnOnce(&fs::File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    finish(&file)?;
    file.sync_all()
}

/// Writes the bytes to a new hidden file in the same directory. Its name is short, as that of the file may be the
/// longest that there can be.
fn beside(to: &Path, bytes: &[u8], finish: impl FnOnce(&fs::File) -> io::Result<()>) -> io::Result<PathBuf> {
    let name = |attempt: u32| to.with_file_name(format!(".rolewright-{}-{attempt}", std::process::id()));
    let free = (0..100).map(name).find(|path| path.symlink_metadata().is_err());
    let path = free.ok_or_else(|| io::Error::from(io::ErrorKind::AlreadyExists))?;
    let written = new_file(&path, bytes, finish);
    match written {
        // What others put there meanwhile is not ours to remove.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(error) => {
            let _ = fs::remove_file(&path);
            Err(error)
        }
        Ok(()) => Ok(path),
    }
}

fn overwrite(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)?;
    file.sync_all()
}

/// Gives the new file the owner and the group of the old one; false if the system forbids it.
#[cfg(unix)]
fn keep_owner(new: &fs::File, old: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let Ok(own) = new.metadata() else { return false };
    let changed = |now: u32, wanted: u32| (now != wanted).then_some(wanted);
    let (user, group) = (changed(own.uid(), old.uid()), changed(own.gid(), old.gid()));
    (user.is_none() && group.is_none()) || fchown(new, user, group).is_ok()
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) -> bool {
    true
}

#[cfg(unix)]
fn has_further_names(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    metadata.nlink() > 1
}

#[cfg(not(unix))]
fn has_further_names(_: &fs::Metadata) -> bool {
    false
}
