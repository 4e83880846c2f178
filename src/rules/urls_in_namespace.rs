//! # What it finds
//! A ClusterRole with `nonResourceURLs` that only RoleBindings give.
//!
//! # Why it matters
//! URLs belong to no namespace: a RoleBinding gives nothing on them, and the scraper is told "forbidden".
//!
//! # How to fix it
//! Bind it with a ClusterRoleBinding, or leave the rule out.
//!
//! # Limits
//! Others may bind the ClusterRole in the whole cluster, in files that are not among the inputs. A Role with URLs is refused, which
//! `refused-rbac-object` reports.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::Reach;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "urls-in-namespace",
    summary: "URLs of the API server, given in a namespace",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("urls_in_namespace.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if role.kind == RbacRoleKind::Role || builtin::is_own_role(role) {
        return;
    }
    let Some(url) = role.rules.iter().find_map(|rule| rule.non_resource_urls.first()) else { return };
    let Reach::Namespaces(given) = cx.survey.reach(role) else { return };
    let alone = role.rules.iter().all(|rule| rule.resources.is_empty());
    let severity = if alone { Severity::Warning } else { Severity::Note };
    let finding =
        cx.report(url.span, format!("only RoleBindings give this, and `{url}` belongs to no namespace"));
    finding.severity(severity).help("bind it with a ClusterRoleBinding, or leave it out");
    if let Some(binding) = given.bindings.first() {
        finding.label(binding.role_ref.span, "gives nothing on it");
    }
}
