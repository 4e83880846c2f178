//! # What it finds
//! A policy file that begins with a byte order mark.
//!
//! # Why it matters
//! Servers refuse the policy: the mark is no character of the language, and no editor shows it.
//!
//! # How to fix it
//! Save the file as UTF-8 without the mark.
//!
//! # Limits
//! None known.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "byte-order-mark",
    summary: "a policy file that begins with a byte order mark",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("byte_order_mark.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let own_file = matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile);
    let Some(source) = cx.project.sources.get(policy.span.source).filter(|source| own_file && source.bom)
    else {
        return;
    };
    // The mark itself was taken off the text; the first character stands for it.
    let first = source.text.chars().next().map_or(0, char::len_utf8);
    cx.report(source.whole().head(first), "the file begins with a byte order mark, which servers refuse")
        .help("save it as UTF-8 without a byte order mark");
}
