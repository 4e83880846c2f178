//! # What it finds
//! `?`, `[…]` or `{a,b}` in a path.
//!
//! # Why it matters
//! Policies know two wildcards, `*` at the end and `+` for one segment. These are plain characters, so the rule applies
//! to names that hold them and to nothing else.
//!
//! # How to fix it
//! Write one rule for each path, or use `+` or `*`.
//!
//! # Limits
//! Identity templates and those of other tools are left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "shell-glob",
    summary: "a wildcard of shells in a path",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("shell_glob.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains(['?', '[', '{']) || kv::is_template(label) {
            continue;
        }
        let Some(glob) = label.split('/').find(|segment| is_glob(segment)) else { continue };
        let what = if rule.granted().denies() {
            "and the deny protects nothing"
        } else {
            "and the rule opens nothing else"
        };
        cx.report(rule.path.span, format!("`{glob}` is plain text to servers, {what}"))
            .help("policies know `+` for one segment and `*` at the end: write one rule for each path");
    }
}

fn is_glob(segment: &str) -> bool {
    let between = |open: char, close: char| {
        let (_, rest) = segment.split_once(open)?;
        rest.split_once(close).map(|(inside, _)| inside).filter(|inside| !inside.is_empty())
    };
    segment.contains('?')
        || between('[', ']').is_some()
        || between('{', '}').is_some_and(|inside| inside.contains(','))
}
