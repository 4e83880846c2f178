//! The few settings that rules read, typed, with defaults.

use crate::model::vault::duration::Seconds;
use crate::syntax::date::Date;

/// Settings for rules, from `rolewright.toml`.
#[derive(Debug, Clone)]
pub struct Options {
    /// `[limits] max_ttl`: the longest token lifetime that is fine. Default 24 hours.
    pub max_ttl: Seconds,
    /// The day of the run, for what ends on a day; where it is not known, nothing has ended.
    pub today: Option<Date>,
}

impl Default for Options {
    fn default() -> Options {
        Options { max_ttl: Seconds(24 * 60 * 60), today: None }
    }
}
