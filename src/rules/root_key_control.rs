//! # What it finds
//! A rule that reaches the endpoints for making root tokens or for rotating the root key, in their form that asks
//! policies.
//!
//! # Why it matters
//! Who can start it chooses who receives the new keys; with those, everything is theirs.
//!
//! # How to fix it
//! Keep these ceremonies to people, with a token made for the occasion.
//!
//! # Limits
//! The older endpoints `sys/generate-root/` and `sys/rekey/` ask no policy. A pattern that reaches three or more such
//! powers at once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "root-key-control",
    summary: "a rule that lets its holder replace the root key",
    category: Category::Security,
    check: Check::Authority(&authority::ROOT_KEYS, check),
    fixable: false,
    source: include_str!("root_key_control.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = Severity::Error;
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder replace the root key or make root tokens"))
        .severity(severity)
        .labels(uses.labels())
        .help("keep this to people, with a token made for the occasion");
}
