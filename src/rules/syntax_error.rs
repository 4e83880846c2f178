//! # What it finds
//! Text that is no YAML, JSON, or HCL as the server reads it.
//!
//! # Why it matters
//! What cannot be read cannot be checked: the rest of the report may miss something. The run ends with exit code 2.
//!
//! # How to fix it
//! Mend the text at the place shown.
//!
//! # Limits
//! Neither a comment nor the configuration can switch it off. A file that is no input of yours can be excluded.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "syntax-error",
    summary: "text that cannot be read",
    category: Category::Correctness,
    check: Check::Engine,
    fixable: false,
    source: include_str!("syntax_error.rs"),
};
