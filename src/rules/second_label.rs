//! # What it finds
//! A `path` block with more than one label.
//!
//! # Why it matters
//! Servers read the first label and drop the others without a word, so the other paths have no rule.
//!
//! # How to fix it
//! Give each path a rule of its own.
//!
//! # Limits
//! HCL only; JSON has no such form.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "second-label",
    summary: "a path rule with two labels",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("second_label.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if !matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::SpecText) {
        return;
    }
    for rule in &policy.path_rules {
        if rule.path.span.end > rule.span.end || rule.path.span.start <= rule.span.start {
            continue;
        }
        let behind = Span { start: rule.path.span.end, ..rule.span };
        let text = cx.project.sources.slice(behind);
        let trimmed = text.trim_start();
        if !trimmed.starts_with('"') {
            continue;
        }
        let Some(len) = trimmed.get(1..).and_then(|rest| rest.find('"')) else { continue };
        let second = behind.after_start(text.len() - trimmed.len());
        let second = Span { end: second.start + u32::try_from(len + 2).unwrap_or(2), ..second };
        let word = cx.project.sources.slice(second).trim_matches('"').to_owned();
        cx.report(second, format!("`{word}` has no rule: servers read the first label only"))
            .label(rule.path.span, "the path of the rule")
            .help("give each path a rule of its own");
    }
}
