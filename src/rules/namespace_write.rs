//! # What it finds
//! A rule that reaches `sys/namespaces/` for writing or deleting.
//!
//! # Why it matters
//! Deleting a namespace deletes every mount and secret in it.
//!
//! # How to fix it
//! Name the namespaces.
//!
//! # Limits
//! Namespaces exist in Vault Enterprise and OpenBao. A pattern that reaches three or more such powers at once is
//! reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "namespace-write",
    summary: "a rule that lets its holder change Vault namespaces",
    category: Category::Security,
    check: Check::Authority(&authority::NAMESPACE_WRITE, check),
    fixable: false,
    source: include_str!("namespace_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Warning } else { Severity::Note };
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder make and remove namespaces with all that is in them"),
    )
    .severity(severity)
    .labels(uses.labels())
    .help("name the namespaces");
}
