//! # What it finds
//! A suppression comment without a reason.
//!
//! # Why it matters
//! Nobody can tell later whether the finding was understood, or whether the exception still holds.
//!
//! # How to fix it
//! Say after the closing parenthesis why this is fine: who agreed, under which ticket; `until=YYYY-MM-DD` before it says
//! until when.
//!
//! # Limits
//! Any text counts as a reason. It cannot be allowed by a comment, only switched off in `rolewright.toml`.

use crate::lint::{Category, Check, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "reasonless-allow",
    summary: "suppression comment without a reason",
    category: Category::Suspicious,
    check: Check::Engine,
    fixable: true,
    source: include_str!("reasonless_allow.rs"),
};
