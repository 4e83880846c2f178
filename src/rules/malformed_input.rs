//! # What it finds
//! A part of a policy, a manifest or a spec that is well written but has the wrong shape: a list where text belongs, a
//! key that nobody knows, a name that the server refuses.
//!
//! # Why it matters
//! The server refuses it, or drops it without a word.
//!
//! # How to fix it
//! Follow the help of the finding; it names what belongs there.
//!
//! # Limits
//! Fields of Kubernetes objects that have no part in who may do what are not looked at.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "malformed-input",
    summary: "part of an input that has the wrong shape",
    category: Category::Correctness,
    check: Check::Engine,
    fixable: true,
    source: include_str!("malformed_input.rs"),
};
