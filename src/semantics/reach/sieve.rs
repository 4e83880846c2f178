//! Which policies have a say on one path, or on the paths of a pattern, so that all others can be left aside before
//! anything is compiled.

use std::collections::HashMap;

use super::Access;
use super::held::Held;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::Operation;
use crate::semantics::language;
use crate::semantics::pattern::matches;
use crate::semantics::template;
use crate::syntax::Span;

/// Policies that have a rule for what is asked about, or may have one, without their other rules.
#[derive(Debug)]
pub struct Sieve {
    /// By name in lower case.
    names: HashMap<String, Standing>,
    /// By the places of name and text.
    policies: HashMap<(Span, Span), Policy>,
    defaults: [Policy; 3],
}

/// What is known of all policies of one name.
#[derive(Debug, Default)]
struct Standing {
    /// One of them may have a rule for what is asked about.
    has_a_say: bool,
    /// Templates decide what paths it has rules for.
    is_templated: bool,
    /// Some server refuses one of them.
    is_refused: bool,
    /// The Vault namespaces they are stored in; nothing for any.
    homes: Vec<Option<String>>,
}

impl Sieve {
    /// For one path.
    pub(super) fn on_path(access: &Access<'_>, operation: Operation, path: &str) -> Sieve {
        let path = path.trim_start_matches('/');
        let asked = Asked { path, trimmed: path.strip_suffix('/').filter(|_| operation.lists()) };
        Sieve::new(access, |rule| asked.concerns(rule))
    }

    /// Goes through all policies of the project and the built-in ones once.
    fn new(access: &Access<'_>, concerns: impl Fn(&PathRule) -> bool) -> Sieve {
        let mut names: HashMap<String, Standing> = HashMap::new();
        let mut policies = HashMap::new();
        for policy in &access.project.policies {
            let rest = sift(policy, &concerns);
            let standing = names.entry(policy.key()).or_default();
            standing.has_a_say |= !rest.path_rules.is_empty();
            standing.is_templated |= is_templated(&rest);
            standing.is_refused |= access.is_refused_somewhere(policy);
            let home = access.home(policy).map(str::to_owned);
            if !standing.homes.contains(&home) {
                standing.homes.push(home);
            }
            policies.insert((policy.name.span, policy.span), rest);
        }
        let defaults = access.defaults.each_ref().map(|policy| sift(policy, &concerns));
        if access.project.policies_named("default").next().is_none() {
            for rest in &defaults {
                let standing = names.entry(rest.key()).or_default();
                standing.has_a_say |= !rest.path_rules.is_empty();
                standing.is_templated |= is_templated(rest);
            }
        }
        Sieve { names, policies, defaults }
    }

    /// For the paths of a pattern, which is relative to the Vault namespace of each token; with `lists`, for either form
    /// of them.
    pub fn on_pattern(access: &Access<'_>, within: &PathPattern, lists: bool) -> Sieve {
        Sieve::new(access, |rule| language::may_concern(rule, within, lists))
    }

    /// The same policy without the rules that have no say.
    pub(super) fn sifted<'s>(&'s self, held: Held<'s>) -> Held<'s> {
        let rest = |policy: &Policy| self.policies.get(&(policy.name.span, policy.span));
        let policy = held.policy.and_then(rest);
        held.with_texts(policy, &self.defaults)
    }

    /// True if a policy of this name, which is in lower case, has a rule for what is asked, or may have one.
    pub(super) fn has_a_say(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(|standing| standing.has_a_say)
    }

    /// False if a token that holds a policy of this name gives the same answers without it, for certain.
    pub(super) fn matters(&self, name: &str, namespace: &str) -> bool {
        let Some(standing) = self.names.get(name) else { return true };
        let is_there = |home: &Option<String>| home.as_ref().is_none_or(|home| home == namespace);
        standing.has_a_say
            || standing.is_refused
            || (name != "default" && !standing.homes.iter().any(is_there))
    }

    /// True if what the policy has to say hangs on who asks.
    pub(super) fn is_templated(&self, held: &Held<'_>) -> bool {
        self.names.get(&held.name).is_some_and(|standing| standing.is_templated)
    }
}

/// The path that is asked about; for lists, also without the slash at its end.
struct Asked<'p> {
    path: &'p str,
    trimmed: Option<&'p str>,
}

impl Asked<'_> {
    fn concerns(&self, rule: &PathRule) -> bool {
        let label = rule.path.value.as_str();
        // The server refuses every request of a token that has such a rule.
        if label.contains("+*") {
            return true;
        }
        let fixed = label.split("{{").next().unwrap_or_default();
        let is_templated = fixed.len() < label.len();
        // Up to the first wildcard, the path has to begin like the label.
        let stem = fixed.strip_prefix('/').unwrap_or(fixed).split(['+', '*']).next().unwrap_or_default();
        if !self.path.starts_with(stem) {
            return false;
        }
        let pattern = || PathPattern::parse(label);
        let is_match = |path: &str| matches(&pattern(), path);
        is_templated || is_match(self.path) || self.trimmed.is_some_and(is_match)
    }
}

/// The policy with the rules alone that are of concern.
fn sift(policy: &Policy, concerns: impl Fn(&PathRule) -> bool) -> Policy {
    Policy {
        name: policy.name.clone(),
        span: policy.span,
        origin: policy.origin,
        text: None,
        path_rules: policy.path_rules.iter().filter(|rule| concerns(rule)).cloned().collect(),
        refusals: Vec::new(),
        ignored: Vec::new(),
    }
}

fn is_templated(policy: &Policy) -> bool {
    policy.path_rules.iter().any(|rule| template::is_templated(&rule.path.value))
}
