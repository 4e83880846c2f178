//! Globs over files, written relative to the directory of the file that holds them.

use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Some globs; without any, nothing matches.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    set: GlobSet,
    root: PathBuf,
    base: PathBuf,
}

impl PathGlobs {
    /// Compiles globs that are relative to `base`, for paths that are relative to `root`.
    ///
    /// `*` and `?` stay within one part of a path, `**` goes over several; a glob that matches a directory matches all
    /// that is in it. Errors: the position of each glob that is none, with the reason.
    pub fn new(globs: &[&str], root: &Path, base: &Path) -> Result<PathGlobs, Vec<(usize, String)>> {
        let mut set = GlobSetBuilder::new();
        let mut faults = Vec::new();
        for (at, glob) in globs.iter().enumerate() {
            let glob = glob.trim_start_matches("./").trim_end_matches('/');
            for pattern in [glob.to_owned(), format!("{glob}/**")] {
                match GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build() {
                    Ok(glob) => {
                        set.add(glob);
                    }
                    Err(fault) => {
                        faults.push((at, fault.kind().to_string()));
                        break;
                    }
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let set = set.build().map_err(|fault| vec![(0, fault.to_string())])?;
        Ok(PathGlobs { set, root: root.to_owned(), base: base.to_owned() })
    }

    /// True if one of the globs matches the path, which is relative to the root or absolute. What lies outside of the
    /// directory of the globs never does.
    pub fn matches(&self, path: impl AsRef<Path>) -> bool {
        !self.set.is_empty()
            && self.root.join(path).strip_prefix(&self.base).is_ok_and(|below| self.set.is_match(below))
    }
}
