//! # What it finds
//! A rule that reaches the `secret-id` of AppRole roles.
//!
//! # Why it matters
//! A SecretID and the RoleID, which is no secret, are a login. Who can issue them for every role logs in as every one
//! of them.
//!
//! # How to fix it
//! Name the role, and have the SecretID delivered wrapped: `min_wrapping_ttl` on the rule.
//!
//! # Limits
//! A single named role is how orchestrators hand out logins: it is a note, and nothing if the answer has to be wrapped.
//! A pattern that reaches three or more such powers at once is reported as `wildcard-administration`, a rule for every
//! path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secret-id-issue",
    summary: "a rule that lets its holder issue SecretIDs",
    category: Category::Security,
    check: Check::Authority(&authority::SECRET_IDS, check),
    fixable: false,
    source: include_str!("secret_id_issue.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    // A wrapped answer is the way to hand a SecretID on.
    if uses.iter().all(|it| !it.is_broad() && it.rule.min_wrapping_ttl.is_some()) {
        return;
    }
    let severity = if uses.are_broad() { Severity::Warning } else { Severity::Note };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder log in as AppRole roles"))
        .severity(severity)
        .labels(uses.labels())
        .help("name the role, and set `min_wrapping_ttl` so that the SecretID travels wrapped");
}
