//! Policies that give exactly the same access under two names.
//!
//! First those whose rules are the same, whatever their order and the way they are written; then, of small policies
//! without denies, constraints and templates, those with other patterns that open the same paths.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::acl::Acl;
use super::dialect::Dialect;
use super::joined;
use super::language::{self, Language};
use super::shadow::is_plain;
use super::template::Identity;
use crate::model::project::Project;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{Parameter, PathRule, Policy, PolicyOrigin};

/// Two policies of different names, the one that is read first in front.
pub type Pair<'a> = (&'a Policy, &'a Policy);

/// Policies with more rules are compared by their rules alone.
const SMALL: usize = 8;

/// Of so many policies that look alike, the paths of each pair are compared.
const ALIKE: usize = 6;

/// Steps that are spent on one capability.
const STEPS: u64 = 20_000;

/// Every policy that gives the same access as an earlier one of the same spec or the same directory.
pub fn pairs(project: &Project) -> Vec<Pair<'_>> {
    let mut seen: HashMap<(Home<'_>, u64), Vec<&Policy>> = HashMap::new();
    let mut small: BTreeMap<(Home<'_>, u64), Vec<&Policy>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for policy in project.policies.iter().filter(|policy| is_comparable(policy)) {
        let home = home(policy, project);
        let known = seen.entry((home, fingerprint(policy))).or_default();
        let twin = known.iter().find(|other| other.key() != policy.key() && has_same_rules(other, policy));
        match twin {
            Some(twin) => pairs.push((*twin, policy)),
            None => {
                known.push(policy);
                if policy.path_rules.len() <= SMALL && policy.path_rules.iter().all(is_open) {
                    small.entry((home, outline(policy))).or_default().push(policy);
                }
            }
        }
    }
    for alike in small.into_values().filter(|alike| (2..=ALIKE).contains(&alike.len())) {
        let mut left: Vec<&Policy> = Vec::new();
        for policy in alike {
            match left
                .iter()
                .find(|other| other.key() != policy.key() && opens_the_same(other, policy, project))
            {
                Some(twin) => pairs.push((*twin, policy)),
                None => left.push(policy),
            }
        }
    }
    pairs
}

/// What belongs together: the policies of one spec, or the policy files of one directory.
type Home<'a> = (Option<u32>, &'a str);

fn home<'a>(policy: &Policy, project: &'a Project) -> Home<'a> {
    match policy.origin {
        PolicyOrigin::HclFile | PolicyOrigin::JsonFile => {
            (None, project.sources.directory(policy.span.source))
        }
        _ => (Some(policy.name.span.source.0), ""),
    }
}

fn is_comparable(policy: &Policy) -> bool {
    policy.origin != PolicyOrigin::Grant
        && joined::is_stored(policy)
        && policy.path_rules.iter().any(|rule| {
            let granted = rule.granted();
            !granted.is_empty() && !granted.denies()
        })
}

/// The same for policies with the same labels in any order.
fn fingerprint(policy: &Policy) -> u64 {
    const MIX: u64 = 0x9e37_79b9_7f4a_7c15;
    let of_label = |label: &str| {
        let chunks = label.as_bytes().chunks(8).map(|chunk| match <[u8; 8]>::try_from(chunk) {
            Ok(whole) => u64::from_le_bytes(whole),
            Err(_) => chunk.iter().fold(1, |sum, byte| (sum << 8) | u64::from(*byte)),
        });
        chunks.fold(MIX, |sum, chunk| (sum ^ chunk).wrapping_mul(MIX).rotate_left(29))
    };
    policy.path_rules.iter().fold(0, |sum, rule| sum.wrapping_add(of_label(label(rule))))
}

fn has_same_rules(one: &Policy, other: &Policy) -> bool {
    let rules = |policy: &Policy| {
        let rules = policy
            .path_rules
            .iter()
            .map(|rule| (label(rule).to_owned(), words(rule.granted()), constraints(rule)));
        let mut rules: Vec<(String, Vec<Capability>, Vec<String>)> = rules.collect();
        rules.sort();
        rules
    };
    let is_known = |rule: &PathRule| {
        let extras = &rule.extras;
        extras.expiration.is_none() && extras.control_group.is_none() && extras.response_keys_filter.is_none()
    };
    one.path_rules.len() == other.path_rules.len()
        && one.path_rules.iter().chain(&other.path_rules).all(is_known)
        && rules(one) == rules(other)
}

/// Conditions of a rule, in a form that can be compared.
fn constraints(rule: &PathRule) -> Vec<String> {
    let parameters = |key: &str, list: &[Parameter]| -> Vec<String> {
        let texts = list.iter().map(|parameter| {
            let mut values: Vec<String> =
                parameter.values.iter().map(|value| format!("{:?}", value.value)).collect();
            values.sort();
            format!("{key} {} {}", parameter.name, values.join(" "))
        });
        texts.collect()
    };
    let list = |key: &str, words: &[crate::syntax::Spanned<String>]| -> Vec<String> {
        words.iter().map(|word| format!("{key} {word}")).collect()
    };
    let mut all = parameters("allowed", &rule.allowed_parameters);
    all.extend(parameters("denied", &rule.denied_parameters));
    all.extend(list("required", &rule.required_parameters));
    all.extend(list("mfa", &rule.extras.mfa_methods));
    all.extend(list("events", &rule.extras.subscribe_event_types));
    all.extend(rule.min_wrapping_ttl.as_ref().map(|ttl| format!("min {:?}", ttl.value)));
    all.extend(rule.max_wrapping_ttl.as_ref().map(|ttl| format!("max {:?}", ttl.value)));
    all.extend(rule.extras.pagination_limit.as_ref().map(|limit| format!("limit {}", limit.value)));
    all.sort();
    all
}

/// True for a rule that grants, without a template.
fn is_open(rule: &PathRule) -> bool {
    let granted = rule.granted();
    !granted.is_empty() && !granted.denies() && !rule.path.value.contains('{')
}

/// The same for most policies that open the same paths: all capabilities, and where their paths begin.
fn outline(policy: &Policy) -> u64 {
    let mut starts: Vec<&str> = policy
        .path_rules
        .iter()
        .map(|rule| {
            let label = label(rule);
            label.find(['*', '+']).and_then(|end| label.get(..end)).unwrap_or(label)
        })
        .collect();
    starts.sort_unstable();
    starts.dedup_by(|later, first| later.starts_with(*first));
    let all = policy.path_rules.iter().flat_map(|rule| rule.granted().iter());
    let all = all.fold(CapabilitySet::default(), CapabilitySet::with);
    let mut hasher = DefaultHasher::new();
    (starts, all).hash(&mut hasher);
    hasher.finish()
}

fn opens_the_same(one: &Policy, other: &Policy, project: &Project) -> bool {
    let everything = PathPattern::parse("*");
    Dialect::of(project.settings.target).iter().all(|dialect| {
        let compile = |policy| Acl::compile(&[policy], &Identity::default(), *dialect).ok();
        let (Some(one), Some(other)) = (compile(one), compile(other)) else { return false };
        let is_plain = |acl: &Acl<'_>| acl.uncertain_rules().is_empty() && acl.rules().iter().all(is_plain);
        is_plain(&one)
            && is_plain(&other)
            && Capability::ALL.into_iter().filter(|it| *it != Capability::Deny).all(|capability| {
                let [one, other] = [&one, &other].map(|acl| Language::new(acl, "", capability, &[]));
                language::difference(one, other, &everything, STEPS) == Ok(None)
            })
    })
}

fn label(rule: &PathRule) -> &str {
    let label = rule.path.as_str();
    label.strip_prefix('/').unwrap_or(label)
}

fn words(granted: CapabilitySet) -> Vec<Capability> {
    granted.iter().collect()
}
