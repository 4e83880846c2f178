//! # What it finds
//! A rule that reaches `revoke-prefix` or `revoke-force` with `sudo`.
//!
//! # Why it matters
//! One request ends every lease below a prefix: the database logins of all applications at once. With `revoke-force`
//! the server forgets them even if the revocation fails, and they live on.
//!
//! # How to fix it
//! Name the prefix.
//!
//! # Limits
//! A single named prefix is a note. A pattern that reaches three or more such powers at once is reported as `wildcard-
//! administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mass-revocation",
    summary: "a rule that lets its holder revoke leases by prefix",
    category: Category::Security,
    check: Check::Authority(&authority::MASS_REVOCATION, check),
    fixable: false,
    source: include_str!("mass_revocation.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Warning } else { Severity::Note };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder revoke the leases of others by prefix"))
        .severity(severity)
        .labels(uses.labels())
        .help("name the prefix, such as `sys/leases/revoke-prefix/database/creds/app`");
}
