//! Globs over files, written relative to the directory of the file that holds them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

/// Some globs; without any, nothing matches.
#[derive(Debug, Clone, Default)]
pub struct PathGlobs {
    set: GlobSet,
    root: PathBuf,
    base: PathBuf,
    others: Arc<OtherPaths>,
}

/// Other paths of files that are reached through links, by the path as given.
pub type OtherPaths = BTreeMap<PathBuf, Vec<PathBuf>>;

/// A glob that is none, or that nothing can match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlobFault {
    /// Its position.
    pub at: usize,
    /// What is wrong.
    pub message: String,
    /// The remedy.
    pub help: Option<&'static str>,
}

impl PathGlobs {
    /// Compiles globs that are relative to `base`, for paths that are relative to `root`.
    ///
    /// `*` and `?` stay within one part of a path, `**` goes over several; a glob that matches a directory matches all
    /// that is in it. Errors: what is no glob, and what nothing can match.
    pub fn new(globs: &[&str], root: &Path, base: &Path) -> Result<PathGlobs, Vec<GlobFault>> {
        let mut set = GlobSetBuilder::new();
        let mut faults = Vec::new();
        for (at, glob) in globs.iter().enumerate() {
            if let Some((message, help)) = never_matches(glob) {
                faults.push(GlobFault { at, message: message.to_owned(), help: Some(help) });
                continue;
            }
            let glob = glob.trim_start_matches("./").trim_end_matches('/');
            for pattern in [glob.to_owned(), format!("{glob}/**")] {
                match GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build() {
                    Ok(glob) => {
                        set.add(glob);
                    }
                    Err(fault) => {
                        faults.push(GlobFault {
                            at,
                            message: format!("not a glob: {}", fault.kind()),
                            help: None,
                        });
                        break;
                    }
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let set =
            set.build().map_err(|fault| vec![GlobFault { at: 0, message: fault.to_string(), help: None }])?;
        Ok(PathGlobs { set, root: root.to_owned(), base: base.to_owned(), others: Arc::default() })
    }

    /// True if one of the globs matches the path, which is relative to the root or absolute. What lies outside of the
    /// directory of the globs never does.
    pub fn matches(&self, path: impl AsRef<Path>) -> bool {
        if self.set.is_empty() {
            return false;
        }
        let path = self.root.join(path);
        let holds = |path: &Path| path.strip_prefix(&self.base).is_ok_and(|below| self.set.is_match(below));
        holds(&path) || self.others.get(&path).is_some_and(|others| others.iter().any(|path| holds(path)))
    }

    /// From now on a file is matched by its other paths as well.
    pub fn know(&mut self, others: &Arc<OtherPaths>) {
        self.others = Arc::clone(others);
    }

    /// True if there are no globs.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

/// Why nothing can match the glob, and the remedy.
fn never_matches(glob: &str) -> Option<(&'static str, &'static str)> {
    let glob = glob.strip_suffix('/').unwrap_or(glob);
    let rest = glob.trim_start_matches("./");
    let mut parts = rest.split(['/', '{', ',', '}']);
    if glob.starts_with('!') {
        Some(("nothing matches a glob that begins with `!`", "there is no negation here: name what is meant"))
    } else if Path::new(glob).has_root() {
        Some(("nothing matches an absolute glob", "write it relative to the directory of this file"))
    } else if parts.clone().any(|part| part == "..") {
        Some((
            "nothing matches a glob with `..`",
            "write it relative to the directory of this file, below which it holds",
        ))
    } else if rest.is_empty() || parts.any(|part| part == ".") || rest.contains("//") {
        Some(("nothing matches this glob", "`**` is all that is below the directory of this file"))
    } else {
        None
    }
}
