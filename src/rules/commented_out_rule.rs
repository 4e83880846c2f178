//! # What it finds
//! A comment that holds the start of a path rule.
//!
//! # Why it matters
//! It is no rule, and a reader who is looking for one may take it for that.
//!
//! # How to fix it
//! Remove it; the history of the repository keeps it.
//!
//! # Limits
//! Line comments only.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "commented-out-rule",
    summary: "a path rule that is commented out",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("commented_out_rule.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if policy.origin != PolicyOrigin::HclFile {
        return;
    }
    let mut at = 0;
    for line in cx.project.sources.slice(policy.span).split_inclusive('\n') {
        let text = line.trim_start();
        let comment = text.trim_start_matches(['#', '/']).trim_start();
        if comment.len() < text.len() && comment.starts_with("path \"") && comment.contains('{') {
            let span = policy.span.after_start(at + line.len() - text.len());
            let len = u32::try_from(text.trim_end().len()).unwrap_or(0);
            cx.report(
                crate::syntax::Span { end: span.start + len, ..span },
                "a rule that is commented out is no rule",
            )
            .help("remove it");
        }
        at += line.len();
    }
}
