//! Writing a file whole or not at all.

use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

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
    let written = put(&beside, bytes, old.map(|old| old.permissions()));
    let written = written.and_then(|()| fs::rename(&beside, &to));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn put(path: &Path, bytes: &[u8], permissions: Option<fs::Permissions>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.sync_all()
}
