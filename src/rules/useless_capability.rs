//! # What it finds
//! A capability beside useful ones of which no operation of the endpoint asks: `list` on `sys/health`, `delete` on
//! `auth/token/create`.
//!
//! # Why it matters
//! It does nothing today, makes the policy look more powerful than it is, and takes effect unseen if a later version of
//! the server adds the operation.
//!
//! # How to fix it
//! Leave it out.
//!
//! # Limits
//! Rules of which nothing is useful are reported as `wrong-capability`, `sudo` as `sudo-useless`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Create, Delete, List, Patch, Read, Update};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "useless-capability",
    summary: "a capability that the endpoint never asks for",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("useless_capability.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in
        policy.path_rules.iter().filter(|rule| rule.capabilities.len() > 1 && !rule.granted().denies())
    {
        let Some(below) = cx.survey.below(policy, rule) else { continue };
        let Some(asked) = below.asked_for() else { continue };
        let granted = rule.granted();
        if !granted.iter().any(|it| asked.contains(it)) {
            continue;
        }
        let useless = [Create, Read, Update, Patch, Delete, List]
            .into_iter()
            .filter(|it| granted.contains(*it) && !asked.contains(*it));
        for capability in useless {
            let Some(word) = rule.capability(capability.word()) else { continue };
            cx.report(word.span, format!("`{}` never asks for `{word}`", rule.path)).help("leave it out");
        }
    }
}
