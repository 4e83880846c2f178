//! The engine: records, one loop, one gate. Contains no rule.

pub mod anchor;
pub mod baseline;
pub mod finding;
pub mod fix;
pub mod levels;
pub mod options;
pub mod removal;
pub mod rule;
mod run;
pub mod triage;

pub use finding::{Edit, Finding, Fix, Label, Safety, Severity};
pub use levels::Levels;
pub use options::Options;
pub use rule::{Category, Check, Context, Level, Rule};
pub use run::{Crash, panic_message, run, run_contained};
pub use triage::{Allowed, EngineRules, Triaged, triage};

#[cfg(test)]
mod tests;
