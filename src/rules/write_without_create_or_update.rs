//! # What it finds
//! A rule for key-value data that lets only half of all writes through: `update` without `create` on a path with a
//! wildcard, or `create` together with `delete` or `patch` but without `update`.
//!
//! # Why it matters
//! A write is `create` while the key does not exist and `update` from then on. With `update` alone nothing new can be
//! stored; with `create` alone a second write of the same key fails.
//!
//! # How to fix it
//! Grant both.
//!
//! # Limits
//! `create` alone is the idiom for writing once, and `update` alone on one certain key for renewing what is there: both are
//! left alone. The mount must be known as key-value. A policy whose rule for the same path adds the other half is silent.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Create, Delete, Patch, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::kv::{self, Part};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "write-without-create-or-update",
    summary: "a rule for key-value data that lets only half of all writes through",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("write_without_create_or_update.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let granted = rule.granted();
        let (create, update) = (granted.contains(Create), granted.contains(Update));
        let only_new = create && !update && (granted.contains(Delete) || granted.contains(Patch));
        let only_old = update && !create && rule.pattern().has_wildcard();
        if !only_new && !only_old {
            continue;
        }
        let label = rule.path.as_str();
        let part = kv::part_of(label, rule.path.span, cx.mounts);
        if !matches!(part, Some(Part::Data | Part::Key)) || has_other_half(policy, label) {
            continue;
        }
        let word = rule.capability(if only_new { "create" } else { "update" });
        let span = word.map_or(rule.path.span, |word| word.span);
        let (message, help) = if only_new {
            (format!("`{label}` can be written once: the next write of a key needs `update`"), "add `update`")
        } else {
            (
                format!("nothing new can be stored below `{label}`: the first write of a key needs `create`"),
                "add `create`",
            )
        };
        cx.report(span, message).help(help);
    }
}

/// Rules of one path are merged.
fn has_other_half(policy: &Policy, label: &str) -> bool {
    let of_path = policy.path_rules.iter().filter(|rule| rule.path.value == label);
    let held: Vec<_> = of_path.map(|rule| rule.granted()).collect();
    [Create, Update].iter().all(|capability| held.iter().any(|held| held.contains(*capability)))
}
