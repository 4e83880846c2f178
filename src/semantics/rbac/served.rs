//! Which resources of Kubernetes itself an RBAC rule means.

use crate::model::kube::rbac::RbacRule;
use crate::model::kube::resource::{self, Entry};

/// The resource of this name, part and all, that one of the rule's groups serves.
pub fn served(rule: &RbacRule, name: &str) -> Option<Entry> {
    rule.api_groups.iter().find_map(|group| resource::find(group.as_str(), name))
}

/// True if the rule has groups, and all of them are Kubernetes' own, so that everything they hold is known.
pub fn only_known_groups(rule: &RbacRule) -> bool {
    !rule.api_groups.is_empty() && rule.api_groups.iter().all(|group| is_known_group(group.as_str()))
}

/// True for the groups of Kubernetes, those that it once had included.
pub fn is_known_group(group: &str) -> bool {
    resource::is_built_in(group) || resource::is_former_group(group)
}

/// The groups of the rule as they are written, each in backticks.
pub fn group_words(rule: &RbacRule) -> String {
    rule.api_groups.iter().map(|group| format!("`\"{group}\"`")).collect::<Vec<_>>().join(", ")
}
