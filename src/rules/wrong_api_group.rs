//! # What it finds
//! A resource of Kubernetes in an API group that does not have it, such as `deployments` in the core group, or has it no more, such as
//! `deployments` in `extensions`.
//!
//! # Why it matters
//! The rule grants nothing there, and whoever needs the access is told "forbidden".
//!
//! # How to fix it
//! Put it into a rule with the group that the finding names.
//!
//! # Limits
//! If one of the rule's groups is not one of Kubernetes' own, it may have the resource, and nothing is said.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource::{self, Resource};
use crate::semantics::rbac::served::{group_words, only_known_groups};
use crate::semantics::rbac::{Request, allows, builtin};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wrong-api-group",
    summary: "a resource in an API group that does not have it",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: true,
    source: include_str!("wrong_api_group.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in role.rules.iter().filter(|rule| only_known_groups(rule)) {
        for resource in &rule.resources {
            let Some(right) = elsewhere(rule, resource) else { continue };
            if builtin::is_own_role(role) || is_given_elsewhere(role, rule, right, resource) {
                continue;
            }
            report(rule, resource, right, cx);
        }
    }
}

/// The resource in the group that has it, if none of the rule's groups does.
fn elsewhere(rule: &RbacRule, resource: &Spanned<String>) -> Option<&'static Resource> {
    let name = resource.as_str();
    let word = name.split('/').next().unwrap_or(name);
    let known = resource::named(word);
    // A group that once had it has it no more.
    let is_current = |it: &Resource| rule.api_groups.iter().any(|group| group.value == it.group);
    let misplaced = !known.is_empty() && !name.contains('*') && !known.iter().any(is_current);
    known.first().filter(|_| misplaced)
}

/// True if the role has the same access in the right group: the wrong one does no harm then.
fn is_given_elsewhere(
    role: &RbacRole,
    rule: &RbacRule,
    right: &Resource,
    resource: &Spanned<String>,
) -> bool {
    rule.verbs.iter().all(|verb| {
        let request =
            Request { verb: verb.as_str(), group: right.group, resource: resource.as_str(), name: None };
        role.rules.iter().any(|other| allows(other, &request).is_some())
    })
}

fn report(rule: &RbacRule, resource: &Spanned<String>, right: &Resource, cx: &mut Context<'_>) {
    let group = right.group;
    let message =
        format!("`{resource}` belongs to the API group `\"{group}\"`, not to {}", group_words(rule));
    let sources = &cx.project.sources;
    // One group, and everything in the rule belongs to another one.
    let only = match rule.api_groups.as_slice() {
        [only] => sources.verbatim(only).map(|place| (place, place != only.span)),
        _ => None,
    };
    let fits = |it: &Spanned<String>| resource::find(group, it.as_str()).is_some();
    let finding = cx.report(resource.span, message);
    if !rule.resources.iter().all(fits) {
        finding.help(format!("put it into a rule of its own with `apiGroups: [\"{group}\"]`"));
        return;
    }
    finding.help(format!("write `apiGroups: [\"{group}\"]`"));
    let is_first = rule.resources.first().is_some_and(|first| first.span == resource.span);
    if let Some((place, is_quoted)) = only.filter(|_| is_first) {
        let text = if is_quoted { group.to_owned() } else { format!("\"{group}\"") };
        finding.unsafe_fix(format!("write `\"{group}\"`"), vec![Edit::replace(place, text)]);
    }
}
