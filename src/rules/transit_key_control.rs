//! # What it finds
//! A rule that reaches keys of a transit engine for deleting, trimming, restoring, or for their settings.
//!
//! # Why it matters
//! Without the key, everything encrypted with it is lost. The settings decide whether a key can be deleted, exported
//! and backed up in clear; that cannot be undone.
//!
//! # How to fix it
//! Leave keys to the pipeline that keeps them; rotating needs `keys/KEY/rotate` only.
//!
//! # Limits
//! The mount must be known as transit or be called `transit`. A pattern that reaches three or more such powers at once
//! is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "transit-key-control",
    summary: "a rule that lets its holder destroy transit keys or make them exportable",
    category: Category::Security,
    check: Check::Authority(&authority::TRANSIT_KEYS, check),
    fixable: false,
    source: include_str!("transit_key_control.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder destroy keys or make them exportable"))
        .labels(uses.labels())
        .help("leave keys to the pipeline that keeps them; rotating needs `keys/KEY/rotate` only");
}
