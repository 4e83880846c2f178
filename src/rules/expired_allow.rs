//! # What it finds
//! A suppression comment with `until=DATE` whose day is over.
//!
//! # Why it matters
//! The time that was given to mend something has passed. The comment suppresses nothing any more, so that what it allowed
//! is reported again.
//!
//! # How to fix it
//! Mend what is reported, and remove the comment; or agree on another day.
//!
//! # Limits
//! The comment holds for the whole day that it names. Days are those of UTC; `--now DATE` sets the day of a run.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "expired-allow",
    summary: "a suppression comment whose time is over",
    category: Category::Suspicious,
    check: Check::Engine,
    fixable: true,
    source: include_str!("expired_allow.rs"),
};
