//! # What it finds
//! An `aggregationRule` with a selector that asks for no label: `{}`, or `NotIn` and `DoesNotExist` alone.
//!
//! # Why it matters
//! The ClusterRole takes in the rules of every ClusterRole that there is or will be, whoever writes it. What an
//! operator installs for itself is handed to all who are bound to this role.
//!
//! # How to fix it
//! Select by a label key of your own, with `matchLabels`.
//!
//! # Limits
//! Who may set the label that a narrower selector asks for is not looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "aggregation-open-selector",
    summary: "an aggregation rule that anybody can feed",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("aggregation_open_selector.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for selector in &role.aggregation_selectors {
        let asks_nothing = |operator: &str| matches!(operator, "NotIn" | "DoesNotExist");
        let open = selector.match_labels.is_empty()
            && selector
                .match_expressions
                .iter()
                .all(|requirement| asks_nothing(requirement.operator.as_str()));
        if open {
            let message = format!("{} takes in every ClusterRole that lacks a label", role_words(role));
            let message = match selector.match_expressions.is_empty() {
                true => format!("{} takes in the rules of every ClusterRole", role_words(role)),
                false => message,
            };
            cx.report(selector.span, message).help("select by a label key of your own, with `matchLabels`");
        }
    }
}
