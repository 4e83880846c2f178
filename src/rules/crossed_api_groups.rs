//! # What it finds
//! A rule with several API groups and several resources, some pairs of which do not exist, such as `pods` in `apps`.
//!
//! # Why it matters
//! The rule means every group with every resource; who reads it has to know which are meant, and a name that some group comes to
//! have later is granted without anybody having written it.
//!
//! # How to fix it
//! Write one rule for each group.
//!
//! # Limits
//! Judged are groups of Kubernetes itself. A group that Kubernetes once had, written for old clusters, does not count.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRole;
use crate::model::kube::resource;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "crossed-api-groups",
    summary: "a rule whose groups and resources do not all go together",
    category: Category::Pedantic,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("crossed_api_groups.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in role.rules.iter().filter(|rule| rule.api_groups.len() > 1 && rule.resources.len() > 1) {
        let known = rule.api_groups.iter().filter(|group| resource::is_built_in(group.as_str()));
        let pairs = known.flat_map(|group| rule.resources.iter().map(move |resource| (group, resource)));
        let mut named = pairs.filter(|(_, resource)| !resource.value.contains('*'));
        let missing = named.find(|(group, name)| resource::find(group.as_str(), name.as_str()).is_none());
        if let Some((group, name)) = missing {
            cx.report(name.span, format!("there is no `{name}` in the API group `\"{group}\"`"))
                .help("write one rule for each group");
        }
    }
}
