//! # What it finds
//! A suppression comment that cannot be read, or that names a rule which does not exist.
//!
//! # Why it matters
//! It suppresses nothing. Whoever wrote it believes that a finding was looked at and accepted.
//!
//! # How to fix it
//! Write `rolewright: allow(rule-name) reason` with the name as `rolewright rules` prints it.
//!
//! # Limits
//! It cannot be allowed by a comment, only switched off in `rolewright.toml`.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "broken-allow",
    summary: "suppression comment that cannot be read or names an unknown rule",
    category: Category::Correctness,
    check: Check::Engine,
    fixable: true,
    source: include_str!("broken_allow.rs"),
};
