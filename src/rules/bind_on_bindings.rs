//! # What it finds
//! An RBAC rule that allows `bind` or `escalate` on `rolebindings` or `clusterrolebindings` and names no roles beside
//! them.
//!
//! # Why it matters
//! The API server asks for `bind` on the role that is to be given away, and for `escalate` on the role that is written,
//! never for either on a binding. The rule has no effect; whoever meant to delegate a role is told that they "attempt
//! to grant RBAC permissions not currently held".
//!
//! # How to fix it
//! Allow the verb on `roles` or `clusterroles`, with `resourceNames`, or leave it out.
//!
//! # Limits
//! Beside other verbs it is a note. Rules that name `roles` or `clusterroles` as well are left alone: the verb was written for those.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "bind-on-bindings",
    summary: "`bind` or `escalate` on a resource where it means nothing",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("bind_on_bindings.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in &role.rules {
        let verb = rule.verbs.iter().find(|verb| matches!(verb.as_str(), "bind" | "escalate"));
        let Some(verb) = verb.filter(|_| is_without_effect(rule)) else { continue };
        if builtin::is_own_role(role) {
            return;
        }
        let on = rule.resources.first().map_or("", |resource| resource.as_str());
        cx.report(verb.span, format!("`{verb}` has no effect on `{on}`"))
            .severity(if rule.verbs.len() == 1 { Severity::Warning } else { Severity::Note })
            .help("it counts on `roles` and `clusterroles`, for the role that is given: move it there with `resourceNames`, or leave it out");
    }
}

/// True for `bind` or `escalate` beside no role.
pub(super) fn is_without_effect(rule: &RbacRule) -> bool {
    let is_about_roles = |verb: &str| matches!(verb, "bind" | "escalate");
    only_bindings(rule) && rule.verbs.iter().any(|verb| is_about_roles(verb.as_str()))
}

fn only_bindings(rule: &RbacRule) -> bool {
    let is_binding = |name: &str| matches!(name, "rolebindings" | "clusterrolebindings");
    !rule.resources.is_empty() && rule.resources.iter().all(|resource| is_binding(resource.as_str()))
}
