//! # What it finds
//! A pattern below `sys/`, `auth/` or a secrets engine that reaches three or more powers at once: writing policies,
//! choosing what logins get, making tokens, and the like.
//!
//! # Why it matters
//! Nobody who reads `sys/*` or `auth/*` sees all that it opens, and later versions of the server add to it.
//!
//! # How to fix it
//! Name the endpoints that are needed, each in a rule of its own.
//!
//! # Limits
//! What a deny of the same policy takes away again is not counted. A rule for every path is reported as `wildcard-
//! everything`, one for any mount as `wildcard-any-mount`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::authority;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-administration",
    summary: "one pattern that hands over several powers of administration",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wildcard_administration.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for (rule, reached) in policy.path_rules.iter().zip(cx.survey.handed_over(policy)) {
        let label = rule.path.as_str();
        if !is_wide(rule, reached.len()) {
            continue;
        }
        let like_root = reached.iter().any(|it| authority::is_like_root(it.authority));
        let powers = authority::in_words(reached, usize::MAX);
        cx.report(rule.path.span, format!("`{label}` hands over {} powers at once: {powers}", reached.len()))
            .severity(if like_root { Severity::Error } else { Severity::Warning })
            .help("name the endpoints that are needed, each in a rule of its own");
    }
}

/// True for a pattern inside one mount that hands over so many powers.
pub(super) fn is_wide(rule: &PathRule, powers: usize) -> bool {
    let any_mount = rule.path.value.trim_start_matches('/').starts_with(['*', '+']);
    powers >= authority::WIDE && !any_mount && rule.pattern().has_wildcard()
}
