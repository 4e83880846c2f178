//! # What it finds
//! Aggregated ClusterRoles that take each other in.
//!
//! # Why it matters
//! What they hold in the end depends on the order in which the controller comes to them, and a rule that was taken out of
//! one lives on in the other.
//!
//! # How to fix it
//! Give the role that is to be part of the other its own label, and select by that.
//!
//! # Limits
//! Only ClusterRoles among the inputs are known.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "aggregation-cycle",
    summary: "aggregated ClusterRoles that take each other in",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("aggregation_cycle.rs"),
};

fn check(cx: &mut Context<'_>) {
    let roles: Vec<&RbacRole> =
        cx.project.aggregating_roles().filter(|role| !builtin::is_own_role(role)).collect();
    // Dumps and overlays hold the same role many times; the first of each name is enough.
    let mut names = HashSet::new();
    let roles: Vec<&RbacRole> =
        roles.into_iter().filter(|role| names.insert(role.meta.name.as_str())).collect();
    for (at, role) in roles.iter().enumerate() {
        let others = roles.get(at + 1..).unwrap_or_default();
        let Some(other) = others.iter().find(|other| takes_in(role, other) && takes_in(other, role)) else {
            continue;
        };
        let message = format!("`{}` and `{}` take in each other's rules", role.meta.name, other.meta.name);
        cx.report(role.aggregation.unwrap_or(role.meta.name.span), message)
            .label(other.aggregation.unwrap_or(other.meta.name.span), "and back")
            .help("select one of them by a label that the other does not have");
    }
}

fn takes_in(role: &RbacRole, part: &RbacRole) -> bool {
    role.aggregation_selectors.iter().any(|selector| selector.selects(&part.meta))
}
