//! # What it finds
//! A part of a policy that servers read past without a word: text behind a lone carriage return in a comment, behind a
//! missing comma or behind the closing brace of the JSON form, a key at the very end whose value never comes.
//!
//! # Why it matters
//! The server takes the policy and keeps the text, but what stands there grants and denies nothing.
//!
//! # How to fix it
//! End lines with a newline, set the comma, or delete what is too much.
//!
//! # Limits
//! None known.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ignored-text",
    summary: "a part of a policy that servers drop without a word",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("ignored_text.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let text = cx.project.sources.get(policy.span.source).map_or("", |source| source.text.as_str());
    let mut pieces = policy.ignored.iter().copied().peekable();
    while let Some(mut ignored) = pieces.next() {
        // One slip may leave several pieces, with nothing but punctuation between them.
        while let Some(next) = pieces.next_if(|next| is_same_slip(text, ignored, *next)) {
            ignored = ignored.to(next);
        }
        let before = text.get(..ignored.start as usize).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("");
        if line.contains('\r') && line.trim_start().starts_with(['#', '/']) {
            let message =
                "servers take this for a part of the comment before it: a carriage return ends no line";
            cx.report(ignored, message).help("save the file with newlines at the ends of its lines");
        } else {
            cx.report(ignored, "servers drop this without a word")
                .help("look for a missing comma or value before it, or delete it");
        }
    }
}

fn is_same_slip(text: &str, first: Span, next: Span) -> bool {
    let between = text.get(first.end as usize..next.start as usize).unwrap_or("");
    between.chars().all(|c| c.is_whitespace() || ":,[]{}".contains(c))
}
