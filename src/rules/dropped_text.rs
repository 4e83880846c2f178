//! # What it finds
//! Text of a JSON policy that servers read past: what follows a missing comma, or the closing brace of the whole.
//!
//! # Why it matters
//! The reader of the servers stops without an error, so the rules there are not in force, and nobody is told.
//!
//! # How to fix it
//! Mend the text at the place shown.
//!
//! # Limits
//! HCL has no such gap: there the same slips are syntax errors.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dropped-text",
    summary: "a part of a policy that servers drop",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("dropped_text.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let mut dropped = policy.ignored.iter().filter(|span| span.start < span.end);
    let Some(first) = dropped.next() else { return };
    // One slip often leaves several pieces behind.
    cx.report(*first, "servers drop this without a word, and what stands in it is not in force")
        .labels(dropped.map(|span| (*span, "and this".to_owned())))
        .help("look for a missing comma or a brace too many before it");
}
