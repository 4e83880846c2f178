//! # What it finds
//! A path rule without which every answer would be the same: the rule that would decide in its place grants the same
//! capabilities.
//!
//! # Why it matters
//! It is one more rule to read, and the day the broader one is restricted it keeps the door open.
//!
//! # How to fix it
//! Remove it, or restrict the broader rule.
//!
//! # Limits
//! Compared within one policy. A rule with constraints on parameters, wrapping or time counts. An exact repetition is
//! reported as `duplicate-path`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::CapabilitySet;
use crate::model::vault::policy::Policy;
use crate::semantics::joined;
use crate::semantics::shadow::Shadows;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "redundant-rule",
    summary: "a path rule that changes no answer",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("redundant_rule.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if !joined::is_stored(policy) || !may_repeat(policy) || !cx.survey.may_meet(policy) {
        return;
    }
    let Some(acl) = cx.survey.acl(policy) else { return };
    let shadows = Shadows::new(acl);
    for rule in acl.rules() {
        let [member] = rule.members.as_slice() else { continue };
        if rule.capabilities.is_empty() || shadows.shadowing(rule).is_some() {
            continue;
        }
        let Some(broad) = shadows.standing_in_for(rule).and_then(|broad| broad.members.first()) else {
            continue;
        };
        let path = &member.rule.path;
        cx.report(path.span, format!("`{path}` changes nothing: `{}` grants the same", broad.rule.path))
            .label(broad.rule.path.span, "this rule is enough")
            .help("remove it");
    }
}

/// True if a rule with a wildcard has the same capabilities as another rule.
fn may_repeat(policy: &Policy) -> bool {
    let mut seen: Vec<(CapabilitySet, bool)> = Vec::new();
    policy.path_rules.iter().any(|rule| {
        let (held, wild) = (rule.granted(), rule.path.value.contains(['*', '+']));
        match seen.iter_mut().find(|(other, _)| *other == held) {
            Some((_, any_wild)) => {
                *any_wild |= wild;
                *any_wild
            }
            None => {
                seen.push((held, wild));
                false
            }
        }
    })
}
