//! # What it finds
//! A policy named `default`.
//!
//! # Why it matters
//! Nearly every token holds `default`. What is written under this name replaces the built-in text for all of them: what
//! it adds, everybody gets, and what it leaves out - looking up and renewing the own token - is gone.
//!
//! # How to fix it
//! Give it another name, and attach it to whom it is for.
//!
//! # Limits
//! The name of a policy file is a guess at the name it is written under, so for files it is a note.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "built-in-policy-replaced",
    summary: "a policy that takes the place of the built-in `default`",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("built_in_policy_replaced.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if !policy.name.value.trim().eq_ignore_ascii_case("default") {
        return;
    }
    let named = policy.name.span.start < policy.name.span.end;
    cx.report(
        policy.name.span,
        "a policy named `default` replaces the built-in one, which nearly every token holds",
    )
    .severity(if named { Severity::Warning } else { Severity::Note })
    .help("give it another name, and attach it to whom it is for");
}
