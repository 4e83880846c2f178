//! # What it finds
//! A rule that reaches `auth/token/roles/` for writing.
//!
//! # Why it matters
//! A token role says which policies its tokens may hold, whatever the holder of the parent has: who writes one and
//! creates a token from it holds any policy.
//!
//! # How to fix it
//! Leave token roles to the pipeline that sets the server up.
//!
//! # Limits
//! A single named role is a warning. A pattern that reaches three or more such powers at once is reported as `wildcard-
//! administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "token-role-write",
    summary: "a rule that lets its holder write token roles",
    category: Category::Security,
    check: Check::Authority(&authority::TOKEN_ROLE_WRITE, check),
    fixable: false,
    source: include_str!("token_role_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder decide which policies new tokens may hold"))
        .severity(severity)
        .labels(uses.labels())
        .help("leave token roles to the pipeline that sets the server up");
}
