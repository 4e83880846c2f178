//! The few settings that rules read, typed, with defaults.

use globset::GlobSet;

use super::globs::PathGlobs;
use crate::model::vault::duration::Seconds;
use crate::syntax::date::Date;

/// Settings for rules, from `rolewright.toml`.
#[derive(Debug, Clone)]
pub struct Options {
    /// `[limits] max_ttl`: the longest token lifetime that is fine. Default 24 hours.
    pub max_ttl: Seconds,
    /// `[[limits.scope]]`: other limits for some places; of several that hold for one the last counts.
    pub scopes: Vec<LimitScope>,
    /// The day of the run, for what ends on a day; where it is not known, nothing has ended.
    pub today: Option<Date>,
}

impl Default for Options {
    fn default() -> Options {
        Options { max_ttl: Seconds(24 * 60 * 60), scopes: Vec::new(), today: None }
    }
}

impl Options {
    /// The longest token lifetime that is fine for a role that this file declares on this mount, which is written as
    /// the server does: `auth/kubernetes` for an auth mount.
    pub fn max_ttl_at(&self, file: &str, mount: &str) -> Seconds {
        let scope = self.scopes.iter().rev().find(|scope| scope.holds(file, mount));
        scope.map_or(self.max_ttl, |scope| scope.max_ttl)
    }
}

/// A limit for some places: those that all that is given here speaks of.
#[derive(Debug, Clone)]
pub struct LimitScope {
    /// In which files roles are declared.
    pub paths: Option<PathGlobs>,
    /// On which mounts roles lie.
    pub mounts: Option<GlobSet>,
    /// The longest token lifetime that is fine there.
    pub max_ttl: Seconds,
}

impl LimitScope {
    fn holds(&self, file: &str, mount: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.matches(file))
            && self.mounts.as_ref().is_none_or(|mounts| mounts.is_match(mount.trim_matches('/')))
    }
}
