//! # What it finds
//! A ClusterRole with an `aggregationRule` that has `rules` of its own.
//!
//! # Why it matters
//! The controller fills `rules` from the ClusterRoles that the selectors find, and throws away what is written there. The
//! access seems granted, works until the first of these roles appears, and is gone then.
//!
//! # How to fix it
//! Move the rules into a ClusterRole of their own that carries the label of a selector, and write `rules: []` here.
//!
//! # Limits
//! Kubernetes' own roles are not reported: dumps of a cluster show their rules filled in. So do dumps of other roles; a
//! rule that one of the selected roles has as well is therefore passed over.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::covers::covers;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "overwritten-rules",
    summary: "rules of an aggregated ClusterRole, which are thrown away",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("overwritten_rules.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if role.aggregation_selectors.is_empty() || role.rules.is_empty() || builtin::is_own_role(role) {
        return;
    }
    let is_part = |other: &&RbacRole| {
        other.meta.name.value != role.meta.name.value
            && role.aggregation_selectors.iter().any(|selector| selector.selects(&other.meta))
    };
    let parts: Vec<&RbacRule> =
        cx.project.rbac_roles.iter().filter(is_part).flat_map(|other| &other.rules).collect();
    let lost = role.rules.iter().find(|rule| !covers(&parts, [*rule]));
    let Some(lost) = lost else { return };
    let message = format!("{} is aggregated: the rules written here are thrown away", role_words(role));
    let span = lost.resources.first().or(lost.non_resource_urls.first()).map_or(lost.span, |it| it.span);
    let finding = cx.report(span, message);
    if let Some(aggregation) = role.aggregation {
        finding.label(aggregation, "fills `rules` from other roles");
    }
    finding.help("move them into a ClusterRole of their own with the label that is selected");
}
