//! # What it finds
//! A rule that reaches entities, groups or their aliases for writing.
//!
//! # Why it matters
//! Policies of entities and groups are added to those of the token. Who can write them, or move an alias, adds any
//! policy to their own identity.
//!
//! # How to fix it
//! Leave identities to the pipeline that keeps them.
//!
//! # Limits
//! A pattern that reaches three or more such powers at once is reported as `wildcard-administration`, a rule for every
//! path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "identity-write",
    summary: "a rule that lets its holder write entities or groups",
    category: Category::Security,
    check: Check::Authority(&authority::IDENTITY_WRITE, check),
    fixable: false,
    source: include_str!("identity_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder give policies to entities and groups, their own included"),
    )
    .severity(severity)
    .labels(uses.labels())
    .help("leave identities to the pipeline that keeps them");
}
