//! The engine: records, one loop, one gate. Contains no rule.

pub mod anchor;
pub mod baseline;
pub mod coverage;
pub mod finding;
pub mod fix;
pub mod globs;
pub mod levels;
pub mod options;
mod place;
pub mod profile;
pub mod removal;
pub mod rule;
mod run;
pub mod selection;
pub mod triage;
mod turns;

pub use finding::{Edit, Finding, Fix, Label, Safety, Severity};
pub use globs::{OtherPaths, PathGlobs};
pub use levels::{FileLevels, Levels};
pub use options::{LimitScope, Options};
pub use place::Place;
pub use profile::Profile;
pub use rule::{Category, Check, Context, Level, Rule};
pub use run::{Crash, panic_message, run, run_contained};
pub use selection::{ReadSelector, Selection, Selector};
pub use triage::{Allowed, EngineRules, Triaged, triage};
pub use turns::side_by_side;

#[cfg(test)]
mod tests;
