//! Rules, bindings and scopes in words.

use super::super::word;
use super::holdings::Scope;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRule;
use crate::syntax::Spanned;

/// How many entries of a list are named.
const NAMED: usize = 12;

pub(super) fn of_scope(scope: Scope<'_>) -> String {
    match scope {
        Scope::Cluster => "in the whole cluster".to_owned(),
        Scope::Namespace(namespace) => format!("in the namespace {}", word(namespace)),
        Scope::Adrift(_) => "in the namespace that it is applied to".to_owned(),
    }
}

/// `rule [get, list] on secrets`.
pub(super) fn of_rule(rule: &RbacRule) -> String {
    let on = if rule.resources.is_empty() { &rule.non_resource_urls } else { &rule.resources };
    let names = if rule.resource_names.is_empty() {
        String::new()
    } else {
        format!(" named {}", listed(&rule.resource_names))
    };
    format!("rule [{}] on {}{names}", listed(&rule.verbs), listed(on))
}

/// ``RoleBinding `b` gives it the ClusterRole `edit` ``.
pub(super) fn of_binding(binding: &Binding) -> String {
    let (kind, name) = (&binding.role_ref.kind, word(binding.role_ref.name.as_str()));
    format!("{} {} gives it the {kind} {name}", binding.kind_word(), word(binding.meta.name.as_str()))
}

fn listed(words: &[Spanned<String>]) -> String {
    let named: Vec<&str> = words.iter().take(NAMED).map(Spanned::as_str).collect();
    match words.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
