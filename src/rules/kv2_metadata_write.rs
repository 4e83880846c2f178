//! # What it finds
//! `create`, `update` or `patch` on `metadata/` of a version 2 key-value mount.
//!
//! # Why it matters
//! The metadata says how many versions are kept, when they are deleted, and whether writes have to name the version
//! before: with `max_versions` of one the history is gone at the next write.
//!
//! # How to fix it
//! Grant it to the owners of the secrets only.
//!
//! # Limits
//! The mount must be known as version 2.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Create, Patch, Update};
use crate::model::vault::policy::Policy;
use crate::semantics::kv::{self, Part};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-metadata-write",
    summary: "a rule that changes the metadata of secrets",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("kv2_metadata_write.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("/metadata/")) {
        let granted = rule.granted();
        let writes = [Create, Patch, Update].into_iter().any(|it| granted.contains(it));
        if !writes || kv::part_of(rule.path.as_str(), rule.path.span, cx.mounts) != Some(Part::Metadata) {
            continue;
        }
        cx.report(rule.path.span, format!("`{}` lets its holder shorten the history of secrets", rule.path))
            .help("grant `list` and `read`; the owners of the secrets set the metadata");
    }
}
