//! # What it finds
//! A policy that adds nothing to any token: every auth role that attaches it attaches others beside it which give all
//! that it gives.
//!
//! # Why it matters
//! It is one more policy to read, and whoever takes a right out of it takes nothing from anybody.
//!
//! # How to fix it
//! Detach it, or take out of the others what only this one was to give.
//!
//! # Limits
//! Only auth roles of the inputs are looked at, and only those of whose policies all are known. Policies with templates,
//! or beside rules with constraints, are left alone.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::equivalence;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "redundant-policy",
    summary: "a policy that adds nothing beside the others of its roles",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("redundant_policy.rs"),
};

fn check(cx: &mut Context<'_>) {
    let surplus = cx.survey.surplus();
    if surplus.policies.is_empty() {
        return;
    }
    // Of two that are the same, `equivalent-policies` speaks.
    let twins: HashSet<String> = equivalence::pairs(cx.project)
        .into_iter()
        .flat_map(|(one, other)| [one.key(), other.key()])
        .collect();
    for found in surplus.policies.iter().filter(|found| !twins.contains(&found.policy.key())) {
        let policy = found.policy;
        let entries = found.role.policies().iter();
        let mut entries = entries.filter(|entry| entry.value.trim().to_lowercase() == policy.key());
        let Some(entry) = entries.next() else { continue };
        let names: Vec<String> = found.enough.iter().map(|other| format!("`{}`", other.name)).collect();
        let gives = if names.len() == 1 { "gives" } else { "give" };
        let message = format!(
            "policy `{}` adds nothing in any role: {} beside it {gives} the same",
            policy.name,
            names.join(" and ")
        );
        let finding = cx.report(entry.span, message);
        finding.label(policy.name.span, "all of this is given by others, too");
        for other in &found.enough {
            finding.label(other.name.span, "this is enough");
        }
        finding.help("detach it, or take out of the others what only this one was to give");
    }
}
