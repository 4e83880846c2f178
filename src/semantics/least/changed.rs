//! The project as it would be.

use std::collections::BTreeSet;

use crate::model::lower;
use crate::model::project::Project;
use crate::model::vault::field::FieldValue;
use crate::model::vault::policy::Policy;
use crate::semantics::reach::Access;
use crate::syntax::Spanned;

/// The project with other policies in the place of some, as if they had been written so. One without any path rule leaves
/// the policy as it is, and takes it out of all roles that attach it.
pub fn with_policies(project: &Project, policies: &[Option<Policy>]) -> Project {
    let lowered = project.sources.iter().map(|source| lower::file(source, &project.settings)).collect();
    let mut next = Project::assemble(project.sources.clone(), lowered, project.settings.clone());
    // What an earlier change took out of a role is not in the sources any more.
    for (role, old) in next.auth_roles.iter_mut().zip(&project.auth_roles) {
        role.fields = old.fields.clone();
    }
    for (slot, old) in next.policies.iter_mut().zip(&project.policies) {
        *slot = old.clone();
    }
    let gone = |policy: &Policy| policy.path_rules.is_empty();
    let detached = policies.iter().enumerate().filter(|(_, policy)| policy.as_ref().is_some_and(gone));
    for (role, names) in detaching(project, &detached.map(|(at, _)| at).collect()) {
        if let Some(role) = next.auth_roles.get_mut(role) {
            let field = role.fields.get("token_policies").map(|field| field.key.span);
            let mut fields = role.fields.known.iter_mut();
            let field = fields.find(|it| Some(it.key.span) == field);
            if let Some(FieldValue::List(items)) = field.map(|field| &mut field.value) {
                items.retain(|item| !names.contains(&item.span));
            }
        }
    }
    for (slot, policy) in next.policies.iter_mut().zip(policies) {
        if let Some(policy) = policy.as_ref().filter(|policy| !gone(policy)) {
            *slot = policy.clone();
        }
    }
    next
}

/// Where roles attach these policies, which are named by their places in [`Project::policies`]: for each such role, by its
/// place in [`Project::auth_roles`], the items of `token_policies`.
pub fn detaching(
    project: &Project,
    policies: &BTreeSet<usize>,
) -> Vec<(usize, BTreeSet<crate::syntax::Span>)> {
    if policies.is_empty() {
        return Vec::new();
    }
    let access = Access::new(project);
    let mut found = Vec::new();
    for (method, role) in access.roles() {
        let holder = access.of_role(role, method);
        let is_meant = |policy: &Policy| {
            project.policies.element_offset(policy).is_some_and(|at| policies.contains(&at))
        };
        let held = holder.held.iter().filter(|held| held.policy.is_some_and(is_meant));
        let names: BTreeSet<&str> = held.map(|held| held.name.as_str()).collect();
        let items = role.policies().iter();
        let items =
            items.filter(|item: &&Spanned<String>| names.contains(item.value.trim().to_lowercase().as_str()));
        let items: BTreeSet<_> = items.map(|item| item.span).collect();
        if let (Some(at), false) = (project.auth_roles.element_offset(role), items.is_empty()) {
            found.push((at, items));
        }
    }
    found
}
