//! # What it finds
//! A rule that reaches `export/`, `byok-export/` or `backup/` of a transit engine.
//!
//! # Why it matters
//! The engine is there so that keys never leave the server. A key in clear can be used without trace, and never be
//! taken back.
//!
//! # How to fix it
//! Grant `encrypt/KEY`, `decrypt/KEY`, `sign/KEY`.
//!
//! # Limits
//! A key comes out only if it was made exportable, or its backup in clear allowed. The mount must be known as transit
//! or be called `transit`. A pattern that reaches three or more such powers at once is reported as `wildcard-
//! administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "transit-key-export",
    summary: "a rule that takes keys out of a transit engine",
    category: Category::Security,
    check: Check::Authority(&authority::TRANSIT_EXPORT, check),
    fixable: false,
    source: include_str!("transit_key_export.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder take keys out of the engine that is to guard them"),
    )
    .labels(uses.labels())
    .help("grant `encrypt/KEY`, `decrypt/KEY` or `sign/KEY` instead");
}
