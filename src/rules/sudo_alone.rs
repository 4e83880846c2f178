//! # What it finds
//! A rule that grants `sudo` and nothing else.
//!
//! # Why it matters
//! `sudo` is asked for beside a capability, never in its stead. Alone it lets nothing through, and still hides broader
//! rules for the path.
//!
//! # How to fix it
//! Add the capability: `read`, `update`, `delete`, `list`.
//!
//! # Limits
//! Silent if another rule of the policy for the same path has more.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "sudo-alone",
    summary: "`sudo` without any other capability",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("sudo_alone.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let alone = CapabilitySet::new(&[Capability::Sudo]);
    for rule in policy.path_rules.iter().filter(|rule| rule.granted() == alone) {
        let more = policy
            .path_rules
            .iter()
            .any(|other| other.path.value == rule.path.value && other.granted() != alone);
        if more {
            continue;
        }
        let span = rule.capability("sudo").map_or(rule.path.span, |word| word.span);
        cx.report(span, format!("`sudo` alone lets nothing through on `{}`", rule.path))
            .help("add the capability that is meant: `read`, `update`, `delete`, `list`");
    }
}
