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
    /// The auth mount among these that was meant, if `mounts` speaks of it without `auth/` and of none that there is.
    pub fn meant<'m>(&self, auth: &[&'m str], secrets: &[&str]) -> Option<&'m str> {
        let mounts = self.mounts.as_ref()?;
        let speaks_of = |mount: &str| mounts.is_match(mount.trim_matches('/'));
        let hits = secrets.iter().any(|mount| speaks_of(mount))
            || auth.iter().any(|mount| speaks_of(&format!("auth/{}", mount.trim_matches('/'))));
        if hits { None } else { auth.iter().copied().find(|mount| speaks_of(mount)) }
    }

    fn holds(&self, file: &str, mount: &str) -> bool {
        self.paths.as_ref().is_none_or(|paths| paths.matches(file))
            && self.mounts.as_ref().is_none_or(|mounts| mounts.is_match(mount.trim_matches('/')))
    }
}
