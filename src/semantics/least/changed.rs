//! The project as it would be.

use std::collections::BTreeSet;

use crate::model::lower;
use crate::model::project::Project;
use crate::model::vault::field::FieldValue;
use crate::model::vault::policy::Policy;
use crate::semantics::reach::Access;

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
                items.retain(|item| !is_among(&item.value, &names));
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

/// The roles that attach these policies, by their places in [`Project::auth_roles`], each with the names of those that it
/// attaches; the policies are meant by their places in [`Project::policies`].
pub fn detaching(project: &Project, policies: &BTreeSet<usize>) -> Vec<(usize, BTreeSet<String>)> {
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
        let held = holder.held.into_iter().filter(|held| held.policy.is_some_and(is_meant));
        let names: BTreeSet<String> = held.map(|held| held.name).collect();
        if let (Some(at), false) = (project.auth_roles.element_offset(role), names.is_empty()) {
            found.push((at, names));
        }
    }
    found
}

/// True if an item of `token_policies` is one of these names, as the server reads it.
pub fn is_among(item: &str, names: &BTreeSet<String>) -> bool {
    names.contains(item.trim().to_lowercase().as_str())
}
