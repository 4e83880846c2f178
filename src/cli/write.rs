//! Writing a file whole or not at all.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Puts `bytes` in the place of what is at `path`.
///
/// They are written beside it first, so that a full disk leaves the old file as it was; its mode is kept. A link stays
/// one: the file it leads to is replaced. What is no regular file, such as a pipe, is written to.
pub fn whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let to = match fs::canonicalize(path) {
        Ok(real) => real,
        Err(error) if error.kind() == io::ErrorKind::NotFound => path.to_owned(),
        Err(error) => return Err(error),
    };
    let old = fs::metadata(&to).ok();
    if old.as_ref().is_some_and(|old| !old.is_file()) {
        return OpenOptions::new().write(true).open(&to)?.write_all(bytes);
    }
    let mut name = OsString::from(".");
    name.push(to.file_name().unwrap_or_default());
    name.push(format!(".rolewright-{}", std::process::id()));
    let beside = to.with_file_name(name);
    let written = new_file(&beside, bytes, |file| match old {
        Some(old) => file.set_permissions(old.permissions()),
        None => Ok(()),
    });
    let written = written.and_then(|()| fs::rename(&beside, &to));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

/// Puts `new` in the place of `old`, which the file at `path` held when it was read; else says why not.
pub fn in_place(path: &Path, old: &[u8], new: &[u8], root: &Path) -> Result<(), String> {
    if leaves_the_root(path, root) {
        return Err("it is reached through a symbolic link that leads out of the project".to_owned());
    }
    let now = fs::read(path).map_err(|error| error.to_string())?;
    if now != old {
        return Err("it was changed meanwhile".to_owned());
    }
    whole(path, new).map_err(|error| error.to_string())
}

/// True if links on the way lead to a place outside the root. A file outside that was named without any link is its
/// owner's wish.
fn leaves_the_root(path: &Path, root: &Path) -> bool {
    let real = |path: &Path| -> Option<PathBuf> { fs::canonicalize(path).ok() };
    match (real(path), real(root)) {
        (Some(path_now), Some(root)) => path_now != path && !path_now.starts_with(root),
        _ => true,
    }
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
