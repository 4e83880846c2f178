//! # What it finds
//! Two policies of different names that give exactly the same access: the same rules in whatever order, or other patterns
//! that open the same paths.
//!
//! # Why it matters
//! Somebody who takes a right away from one of them will not think of the other.
//!
//! # How to fix it
//! Keep one, and attach it wherever the other one is.
//!
//! # Limits
//! Compared within one spec, and among the policy files of one directory. Constraints on parameters and the like count.
//! Other patterns are compared in small policies without denies, constraints and templates.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::equivalence;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "equivalent-policies",
    summary: "two policies that give the same access",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("equivalent_policies.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (first, policy) in equivalence::pairs(cx.project) {
        cx.report(
            policy.name.span,
            format!("policy `{}` gives the same access as `{}`", policy.name, first.name),
        )
        .label(first.name.span, "the other one")
        .help("keep one of them");
    }
}
