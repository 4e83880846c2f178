//! # What it finds
//! A rule that reaches roles, users, groups or certificates of auth methods for writing, also of those at a path of several
//! segments (`auth/team/k8s/role/*`).
//!
//! # Why it matters
//! Such an entry says who may log in and which policies the token gets. Who can write one logs in with it and holds any
//! policy but `root`.
//!
//! # How to fix it
//! Name the entry, or pin its policies: `allowed_parameters = { "token_policies" = ["app"], "*" = [] }`.
//!
//! # Limits
//! A single named entry, or a rule with parameter constraints, is a warning. A pattern that reaches three or more such
//! powers at once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "auth-role-write",
    summary: "a rule that lets its holder choose the policies of logins",
    category: Category::Security,
    check: Check::Authority(&authority::AUTH_ROLE_WRITE, check),
    fixable: false,
    source: include_str!("auth_role_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let severity = if uses.are_broad() { Severity::Error } else { Severity::Warning };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder choose the policies that a login gets"))
        .severity(severity)
        .labels(uses.labels())
        .help("name the role, and pin `token_policies` with `allowed_parameters`");
}
