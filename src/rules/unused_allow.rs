//! # What it finds
//! A suppression comment for a rule that reports nothing where the comment stands.
//!
//! # Why it matters
//! It stays behind after the problem is gone, and hides the next one of the same kind.
//!
//! # How to fix it
//! Remove the comment, or the one name that is no longer needed. `--fix` does it where the run is about the whole project and
//! could read all of it; else another file may be what the comment is for, and `--unsafe-fixes` has to be said.
//!
//! # Limits
//! Names of rules that are off are left alone, and so are comments in a file with syntax errors. It cannot be allowed by a comment, only switched off in
//! `rolewright.toml`.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unused-allow",
    summary: "suppression comment that suppresses nothing",
    category: Category::Suspicious,
    check: Check::Engine,
    fixable: true,
    source: include_str!("unused_allow.rs"),
};
