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
use crate::model::vault::policy::Policy;

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
    for rule in &policy.path_rules {
        let Some((label, others)) = rule.further_labels.split_first() else { continue };
        let mut finding = cx
            .report(label.span, format!("`{label}` has no rule: servers read the first label only"))
            .label(rule.path.span, "the path of the rule")
            .help("give each path a rule of its own");
        for other in others {
            finding = finding.label(other.span, "no rule either");
        }
    }
}
