//! # What it finds
//! A rule without `capabilities`, or with an empty list.
//!
//! # Why it matters
//! It is not a deny, and yet it decides: on its path, broader rules of the token have no say any more. Servers take it
//! without a word.
//!
//! # How to fix it
//! List the capabilities. If nobody is to get through, write `deny`, which also holds against other policies.
//!
//! # Limits
//! Silent if another rule of the policy for the same path has capabilities: the two are merged.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{PathRule, Policy};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "rule-without-capabilities",
    summary: "a path rule that grants nothing",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("rule_without_capabilities.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let written = !rule.capabilities.is_empty()
            || rule.legacy.as_ref().is_some_and(|(value, _)| !value.value.is_empty());
        if written || rule.path.span.start <= rule.span.start && rule.path.value == "path" {
            continue;
        }
        // A value of the wrong shape is another matter.
        if policy.refusals.iter().any(|refusal| rule.span.contains(refusal.span)) || is_broken(rule, cx) {
            continue;
        }
        let twin = |other: &&PathRule| other.path.value == rule.path.value && !other.capabilities.is_empty();
        if policy.path_rules.iter().any(|other| twin(&other)) {
            continue;
        }
        let span = rule.capabilities_span.unwrap_or(rule.path.span);
        cx.report(span, format!("`{}` grants nothing, and hides broader rules for the path", rule.path))
            .help("list capabilities, or write `deny`");
    }
}

fn is_broken(rule: &PathRule, cx: &Context<'_>) -> bool {
    cx.project.syntax_errors.iter().any(|error| error.span.source == rule.span.source)
}
