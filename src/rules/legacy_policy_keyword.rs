//! # What it finds
//! `policy = "read"` and its like in a path rule.
//!
//! # Why it matters
//! The keyword dates from before capabilities. `write` and `read` stand for more than they say: `read` also lists, `write`
//! also deletes.
//!
//! # How to fix it
//! Write the capabilities out, and drop those that are not needed.
//!
//! # Limits
//! No fix where the rule has `capabilities` too.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "legacy-policy-keyword",
    summary: "the old `policy = …` of a path rule",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("legacy_policy_keyword.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let Some((value, attribute)) = &rule.legacy else { continue };
        let granted = CapabilitySet::of_rule(Some(value.as_str()), std::iter::empty());
        if granted.is_empty() {
            continue;
        }
        let words: Vec<String> =
            granted.iter().map(Capability::word).map(|word| format!("\"{word}\"")).collect();
        let words = words.join(", ");
        let finding = cx
            .report(*attribute, format!("`policy = \"{value}\"` is an old spelling of capabilities"))
            .help(format!("write `capabilities = [{words}]`"));
        let replacement = match policy.origin {
            PolicyOrigin::HclFile | PolicyOrigin::SpecText => format!("capabilities = [{words}]"),
            PolicyOrigin::JsonFile => format!("\"capabilities\": [{words}]"),
            PolicyOrigin::SpecPaths | PolicyOrigin::Grant => continue,
        };
        // Which of several counts, servers do not agree on.
        if rule.capabilities_span.is_none() && rule.repeated.is_empty() {
            finding.fix("write the capabilities out", vec![Edit::replace(*attribute, replacement)]);
        }
    }
}
