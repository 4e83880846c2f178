//! Which policies have a say on one path, so that all others can be left aside before anything is compiled.

use std::collections::HashMap;

use super::Access;
use super::held::Held;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::Operation;
use crate::semantics::pattern::matches;

/// Names of policies that have a rule for a path, or may have one.
#[derive(Debug)]
pub(super) struct Sieve {
    /// By name in lower case: true if templates decide what paths they have rules for.
    names: HashMap<String, bool>,
}

impl Sieve {
    /// Goes through all policies of the project and the built-in ones once.
    pub(super) fn new(access: &Access<'_>, operation: Operation, path: &str) -> Sieve {
        let path = path.trim_start_matches('/');
        let trimmed = path.strip_suffix('/').filter(|_| operation.lists());
        let mut names: HashMap<String, bool> = HashMap::new();
        let has_default = access.project.policies_named("default").next().is_some();
        let built_in = access.defaults.iter().filter(|_| !has_default);
        for policy in access.project.policies.iter().chain(built_in) {
            if let Some(templated) = say(policy, path, trimmed) {
                *names.entry(policy.key()).or_default() |= templated;
            }
        }
        Sieve { names }
    }

    /// True if a policy of this name, which is in lower case, may have a rule for the path.
    pub(super) fn has_a_say(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// True if what the policy has to say hangs on who asks.
    pub(super) fn is_templated(&self, held: &Held<'_>) -> bool {
        self.names.get(&held.name).copied().unwrap_or(false)
    }

    /// False if no policy of the role can have a say.
    pub(super) fn may_hold_any(&self, role: &AuthRole) -> bool {
        self.has_a_say("default")
            || role.policies().iter().any(|name| {
                let name = name.value.trim();
                match name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
                    true => self.has_a_say(name),
                    false => self.has_a_say(&name.to_lowercase()),
                }
            })
    }
}

/// Whether the policy has a rule for the path, and whether templates are in it; nothing if it certainly has none.
fn say(policy: &Policy, path: &str, trimmed: Option<&str>) -> Option<bool> {
    let mut found = None;
    for rule in &policy.path_rules {
        let label = rule.path.value.as_str();
        // The server refuses every request of a token that has such a rule.
        let is_poison = label.contains("+*");
        match label.split_once("{{") {
            Some((fixed, _)) => {
                // Up to the first wildcard, the path has to begin like the label.
                let fixed = fixed.strip_prefix('/').unwrap_or(fixed);
                let stem = fixed.split(['+', '*']).next().unwrap_or_default();
                if is_poison || path.starts_with(stem) {
                    return Some(true);
                }
            }
            None => {
                let pattern = PathPattern::parse(label);
                if is_poison || matches(&pattern, path) || trimmed.is_some_and(|it| matches(&pattern, it)) {
                    found = Some(false);
                }
            }
        }
    }
    found
}
