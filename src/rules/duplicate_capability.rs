//! # What it finds
//! A word that stands in one `capabilities` list more than once.
//!
//! # Why it matters
//! It changes nothing, but where a word is repeated another one was often meant.
//!
//! # How to fix it
//! Remove the repetition.
//!
//! # Limits
//! A second list of the same rule is reported as `repeated-argument`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::Policy;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "duplicate-capability",
    summary: "a capability that is listed twice",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("duplicate_capability.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.repeated.is_empty()) {
        for (at, word) in rule.capabilities.iter().enumerate() {
            let before = rule.capabilities.get(..at).unwrap_or_default();
            let Some(first) = before.iter().find(|other| other.value == word.value) else { continue };
            let gap = before.last().and_then(|previous| gap(previous, word, cx));
            let finding = cx.report(word.span, format!("`{word}` is listed twice"));
            finding.label(first.span, "first here").help("remove the repetition");
            if let Some(gap) = gap {
                finding.fix("remove the repetition", vec![Edit::replace(gap, "")]);
            }
        }
    }
}

/// The word with the comma and the blanks before it, if nothing else stands there.
fn gap(previous: &Spanned<String>, word: &Spanned<String>, cx: &Context<'_>) -> Option<Span> {
    let between = Span { start: previous.span.end, end: word.span.start, ..word.span };
    let text = cx.project.sources.slice(between);
    (text.trim() == ",").then_some(between.to(word.span))
}
