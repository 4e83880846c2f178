//! # What it finds
//! A path that starts or ends with white space, or has some beside a slash.
//!
//! # Why it matters
//! The server compares byte for byte and trims nothing, so the rule never applies, and the blank is hard to see.
//!
//! # How to fix it
//! Remove it.
//!
//! # Limits
//! Blanks inside a segment are left alone: secrets may be named so.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "path-whitespace",
    summary: "white space at the edge of a path or of a segment",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("path_whitespace.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if label.bytes().all(|byte| byte.is_ascii_graphic()) || !label.chars().any(is_blank) {
            continue;
        }
        let clean: Vec<&str> = label.split('/').map(|segment| segment.trim_matches(is_blank)).collect();
        let clean = clean.join("/");
        if clean == label {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = cx
            .report(rule.path.span, format!("`{label}` never applies: the blank is part of the path"))
            .help(format!("write `{clean}`"));
        if let Some(inner) = verbatim {
            finding.unsafe_fix("remove the blank", vec![Edit::replace(inner, clean)]);
        }
    }
}

/// White space, and what looks like none at all.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{200C}' | '\u{200D}' | '\u{FEFF}')
}
