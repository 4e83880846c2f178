//! # What it finds
//! `update` on data of a version 2 key-value mount without `patch` and without `read`.
//!
//! # Why it matters
//! `vault kv patch` first tries to patch, and if that is refused reads and writes back: with neither, it fails, and the
//! only way to change one field is to know all others.
//!
//! # How to fix it
//! Add `patch`.
//!
//! # Limits
//! The mount must be known as version 2, or the path show it.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Patch, Read, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::kv::{self, Part};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-unpatchable",
    summary: "data that can be written and not patched",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("kv2_unpatchable.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("/data/")) {
        let granted = rule.granted();
        if !granted.contains(Update) || granted.contains(Patch) || granted.contains(Read) {
            continue;
        }
        if kv::part_of(rule.path.as_str(), rule.path.span, cx.mounts) == Some(Part::Data) {
            cx.report(rule.path.span, format!("`vault kv patch` fails below `{}`", rule.path))
                .help("add `patch`");
        }
    }
}
