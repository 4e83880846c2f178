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
use crate::model::vault::policy::Policy;
use crate::semantics::{authority, pattern};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-administration",
    summary: "one pattern that opens many parts of the administration",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wildcard_administration.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains(['*', '+']) || label.starts_with(['*', '+']) {
            continue;
        }
        let path = rule.pattern();
        if !path.has_wildcard() || pattern::is_everything(&path) {
            continue;
        }
        let spread = authority::spread(rule, policy, cx.project, cx.mounts);
        if spread.len() < authority::WIDE {
            continue;
        }
        let like_root = spread.iter().any(|it| authority::is_like_root(it));
        let powers: Vec<&str> = spread.iter().map(|it| it.what).collect();
        cx.report(
            rule.path.span,
            format!("`{label}` opens {} parts of the administration at once", powers.len()),
        )
        .severity(if like_root { Severity::Error } else { Severity::Warning })
        .label(rule.path.span, format!("its holder can {}", powers.join("; ")))
        .help("name the endpoints that are needed, each in a rule of its own");
    }
}
