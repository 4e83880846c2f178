//! # What it finds
//! `allowed_parameters`, `denied_parameters` or `required_parameters` on a rule that only deletes or lists.
//!
//! # Why it matters
//! Servers look at parameters of reading and writing requests only, so the constraint keeps nothing out.
//!
//! # How to fix it
//! Remove the constraint, or put it on the rule that writes.
//!
//! # Limits
//! `limit` of OpenBao's list requests is left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability::{Delete, List, Scan, Sudo};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "parameters-without-effect",
    summary: "a parameter constraint on requests that have no parameters",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("parameters_without_effect.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let mut names = rule.allowed_parameters.iter().chain(&rule.denied_parameters).map(|it| &it.name);
        let Some(name) = names.next().or(rule.required_parameters.first()) else { continue };
        let granted = rule.granted();
        let asked = granted.iter().all(|it| matches!(it, Delete | List | Scan | Sudo));
        if granted.is_empty() || !asked || name.value.eq_ignore_ascii_case("limit") {
            continue;
        }
        cx.report(
            name.span,
            format!("no request that `{}` lets through is checked for parameters", rule.path),
        )
        .help("remove the constraint, or put it on the rule that writes");
    }
}
