//! # What it finds
//! `identity.entity.aliases.ACCESSOR…` with the accessor of a certain mount.
//!
//! # Why it matters
//! Servers make accessors up when a method is enabled. In another cluster, or after the method was enabled again, the
//! rule is dropped for every token, a deny included.
//!
//! # How to fix it
//! Render the policy from a template that looks the accessor up, or put what is needed into the metadata of entities.
//!
//! # Limits
//! In plain policies there is no other way to speak of an alias.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{Referent, is_accessor, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "hard-coded-accessor",
    summary: "an accessor written into a policy",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("hard_coded_accessor.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("aliases.")) {
        for found in placeholders(rule.path.as_str()) {
            let Referent::Alias { accessor, .. } = found.referent else { continue };
            if is_accessor(accessor) {
                cx.report(
                    rule.path.span,
                    format!("`{accessor}` is the accessor of one mount in one cluster"),
                )
                .help("render the policy from a template that looks the accessor up");
            }
        }
    }
}
