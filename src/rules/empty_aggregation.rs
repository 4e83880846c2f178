//! # What it finds
//! An aggregated ClusterRole whose selectors find no ClusterRole among the inputs.
//!
//! # Why it matters
//! Without a role that carries the label it grants nothing: a slip in the label is seen by nobody.
//!
//! # How to fix it
//! Correct the label, or add the roles.
//!
//! # Limits
//! Roles of other charts may carry the label. It is reported where the inputs have other ClusterRoles beside it.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "empty-aggregation",
    summary: "an aggregated ClusterRole that takes in no role",
    category: Category::Pedantic,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("empty_aggregation.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if role.aggregation_selectors.is_empty() || builtin::is_own_role(role) {
        return;
    }
    let others = || {
        let others = cx.project.rbac_roles.iter().filter(|other| other.kind == RbacRoleKind::ClusterRole);
        others.filter(|other| other.meta.name.value != role.meta.name.value)
    };
    let taken =
        others().any(|other| role.aggregation_selectors.iter().any(|selector| selector.selects(&other.meta)));
    if taken || others().next().is_none() {
        return;
    }
    let span = role.aggregation_selectors.first().map_or(role.meta.name.span, |selector| selector.span);
    cx.report(
        span,
        format!("no ClusterRole among the inputs has the labels that {} selects", role_words(role)),
    )
    .help("correct the labels, or add the roles that carry them");
}
