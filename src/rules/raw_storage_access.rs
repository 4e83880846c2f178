//! # What it finds
//! A rule that reaches `sys/raw` and has `sudo`.
//!
//! # Why it matters
//! The endpoint reads and writes the storage past all policies and past the audit of what is in it, key material
//! included.
//!
//! # How to fix it
//! Remove the rule, and leave `raw_storage_endpoint` off.
//!
//! # Limits
//! The endpoint exists only if the server is configured so. A pattern that reaches three or more such powers at once is
//! reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "raw-storage-access",
    summary: "a rule that opens the raw storage",
    category: Category::Security,
    check: Check::Authority(&authority::RAW_STORAGE, check),
    fixable: false,
    source: include_str!("raw_storage_access.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = Severity::Error;
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` opens the storage past all policies"))
        .severity(severity)
        .labels(uses.labels())
        .help("remove the rule");
}
