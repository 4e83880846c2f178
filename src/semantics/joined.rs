//! Which policies meet in one token, because one auth role attaches them.

use std::collections::{HashMap, HashSet};

use super::acl::Acl;
use super::dialect::Dialect;
use super::template::Identity;
use crate::model::project::{Project, Target};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;

/// Policies that a token holds together.
#[derive(Debug)]
pub struct Joined<'a> {
    /// At least two, each of another name, in the order in which the first role attaches them.
    pub policies: Vec<&'a Policy>,
    /// The roles that attach these.
    pub roles: Vec<&'a AuthRole>,
}

/// Every set of two or more known policies that some auth role attaches, each set once.
///
/// A policy that servers refuse is never stored, and of a name that several inputs define nobody can say which one is
/// meant: such policies are left out, so that a token may hold more than a set tells.
pub fn sets(project: &Project) -> Vec<Joined<'_>> {
    let mut sets: Vec<Joined<'_>> = Vec::new();
    let mut places: HashMap<Vec<usize>, usize> = HashMap::new();
    for role in project.auth_roles.iter().filter(|role| role.policies().len() > 1) {
        let mut known = HashSet::new();
        let named = role.policies().iter().filter_map(|name| the_one(project, name.as_str()));
        let policies: Vec<&Policy> =
            named.filter(|policy| known.insert(project.policies.element_offset(policy))).collect();
        if policies.len() < 2 {
            continue;
        }
        let mut key: Vec<usize> = known.into_iter().flatten().collect();
        key.sort_unstable();
        let at = *places.entry(key).or_insert_with(|| {
            sets.push(Joined { policies, roles: Vec::new() });
            sets.len() - 1
        });
        if let Some(set) = sets.get_mut(at) {
            set.roles.push(role);
        }
    }
    sets
}

/// The policy of this name, if one input and no more defines it and servers take it.
pub fn the_one<'a>(project: &'a Project, name: &str) -> Option<&'a Policy> {
    let mut named = project.policies_named(name);
    let policy = named.next().filter(|policy| is_stored(policy))?;
    named.next().is_none().then_some(policy)
}

/// True unless servers refuse the policy, or take it for another one.
pub fn is_stored(policy: &Policy) -> bool {
    policy.refusals.is_empty() && policy.key() != "root"
}

/// False if it is plain that no rule with a wildcard matches a path, or the folder of a path, that another rule of the
/// policy is for: then each rule decides on its own paths alone. A cheap question before [`acl`].
pub fn may_meet(policy: &Policy) -> bool {
    /// Beyond as many rules, going through all pairs is no cheaper.
    const FEW: usize = 64;
    let labels = || {
        let labels = policy.path_rules.iter().map(|rule| rule.path.as_str());
        labels.map(|label| label.strip_prefix('/').unwrap_or(label))
    };
    if policy.path_rules.len() > FEW || labels().any(|label| label.contains('{')) {
        return true;
    }
    labels().enumerate().any(|(at, wild)| {
        let Some(end) = wild.find(['*', '+']) else { return false };
        let fixed = wild.get(..end).unwrap_or(wild);
        let folder = fixed.strip_suffix('/').unwrap_or(fixed);
        let mut others = labels().enumerate().filter(|(other, _)| *other != at);
        others.any(|(_, label)| label.starts_with(fixed) || label == folder)
    })
}

/// The rules of `policies` as a token holds them of whose owner nothing is known: rules with identity templates are
/// uncertain. Of the dialects that `target` leaves open it answers for the one in which a rule has most ways to decide.
///
/// `None` if the server would refuse every request.
pub fn acl<'a>(policies: &[&'a Policy], target: Target) -> Option<Acl<'a>> {
    let dialects = Dialect::of(target);
    let dialect =
        if dialects.contains(&Dialect::VaultCurrent) { Dialect::VaultCurrent } else { *dialects.first()? };
    Acl::compile(policies, &Identity::default(), dialect).ok()
}
