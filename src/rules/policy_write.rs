//! # What it finds
//! A rule that reaches the endpoints for writing policies, `sys/policies/acl/` or the older `sys/policy/`, however its
//! pattern is spelt.
//!
//! # Why it matters
//! Who can write a policy that a token of theirs holds can grant themselves everything. It is root by another name.
//!
//! # How to fix it
//! Leave the writing of policies to a pipeline of its own, and give it the names of the policies that it keeps.
//!
//! # Limits
//! A single named policy is a warning: it may be attached to nobody that the holder can become. A pattern that reaches
//! three or more such powers at once is reported as `wildcard-administration`, a rule for every path as `wildcard-
//! everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "policy-write",
    summary: "a rule that lets its holder write policies",
    category: Category::Security,
    check: Check::Authority(&authority::POLICY_WRITE, check),
    fixable: false,
    source: include_str!("policy_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder write policies, and so grant themselves anything"),
    )
    .severity(severity)
    .labels(uses.labels())
    .help("name the policies to be written, or leave this to the pipeline that keeps them");
}
