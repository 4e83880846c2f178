//! # What it finds
//! `create` or `deletecollection` in a rule with `resourceNames`.
//!
//! # Why it matters
//! Their requests carry no name, so that a rule with names never allows them.
//!
//! # How to fix it
//! Allow the verb in a rule without `resourceNames`; admission policies can confine the names.
//!
//! # Limits
//! A `create` with `resourceNames` does let server-side apply create the object. Requests to subresources carry the name of the
//! object, `create` on `serviceaccounts/token` for one, and programs that ask the authorizer about resources of their own may
//! carry one: judged are API groups of Kubernetes itself. Silent where another rule of the role gives the access.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::served::only_known_groups;
use crate::semantics::rbac::{Request, allows, builtin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unnamed-verb",
    summary: "a verb without effect beside `resourceNames`",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("unnamed_verb.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in role.rules.iter().filter(|rule| !rule.resource_names.is_empty() && only_known_groups(rule)) {
        if rule.resource_names.iter().any(|name| name.value.contains('*')) || builtin::is_own_role(role) {
            continue;
        }
        for verb in &rule.verbs {
            let unnamed = match verb.as_str() {
                "deletecollection" => true,
                "create" => rule.resources.iter().all(|resource| !resource.value.contains('/')),
                _ => false,
            };
            if !unnamed || is_given_elsewhere(role, rule, verb.as_str()) {
                continue;
            }
            let aside = if verb.value == "create" { ", server-side apply aside" } else { "" };
            cx.report(
                verb.span,
                format!("`{verb}` has no effect beside `resourceNames`: its requests carry no name{aside}"),
            )
            .help(format!("allow `{verb}` in a rule without `resourceNames`"));
        }
    }
}

/// True if other rules of the role allow the verb on all resources of the rule, whatever their names.
fn is_given_elsewhere(role: &RbacRole, rule: &RbacRule, verb: &str) -> bool {
    rule.api_groups.iter().all(|group| {
        rule.resources.iter().all(|resource| {
            let request = Request { verb, group: group.as_str(), resource: resource.as_str(), name: None };
            role.rules.iter().any(|other| allows(other, &request).is_some())
        })
    })
}
