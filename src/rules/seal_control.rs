//! # What it finds
//! A rule that reaches `sys/seal` or `sys/step-down` with `sudo`.
//!
//! # Why it matters
//! A sealed server answers nobody until the holders of the keys open it again.
//!
//! # How to fix it
//! Keep it to the people who are on call.
//!
//! # Limits
//! A pattern that reaches three or more such powers at once is reported as `wildcard-administration`, a rule for every
//! path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "seal-control",
    summary: "a rule that lets its holder seal the server",
    category: Category::Security,
    check: Check::Authority(&authority::SEAL, check),
    fixable: false,
    source: include_str!("seal_control.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder stop the server for everybody"))
        .labels(uses.labels())
        .help("keep it to the people who are on call");
}
