//! What rules and policies say, as numbers: equal numbers for equal contents, on either side.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::super::Side;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{MergedRule, Operation};
use crate::semantics::parameters::Constraints;
use crate::syntax::{Sources, Span, Spanned};

/// The number of all policies that servers have from the start.
pub(super) const BUILT_IN_POLICY: u32 = u32::MAX;

/// Numbers that were given so far.
#[derive(Debug, Default)]
pub(super) struct Contents<'s> {
    rules: HashMap<RuleKey<'s>, u32>,
    policies: HashMap<Vec<u32>, u32>,
    /// By side and the places of name and text: the number, and what the labels of the rules begin with.
    known: HashMap<(Side, Span, Span), (u32, Stems<'s>)>,
}

/// What stands before the first wildcard or template of the labels of a policy, without leading slashes.
pub(super) type Stems<'s> = Rc<[&'s str]>;

#[derive(Debug, PartialEq, Eq, Hash)]
struct RuleKey<'s> {
    label: &'s str,
    granted: CapabilitySet,
    conditions: Option<String>,
}

impl<'s> Contents<'s> {
    /// The number of a rule.
    pub(super) fn rule(&mut self, rule: &'s PathRule, sources: &Sources) -> u32 {
        let label = rule.path.as_str();
        let key = RuleKey {
            label: label.strip_prefix('/').unwrap_or(label),
            granted: rule.granted(),
            conditions: rule.is_constrained().then(|| conditions_of(rule, sources)),
        };
        number(&mut self.rules, key)
    }

    /// The number of a policy, of the set of its rules, whatever its name; and the stems of its rules.
    pub(super) fn policy(&mut self, side: Side, policy: &'s Policy, sources: &Sources) -> (u32, Stems<'s>) {
        let place = (side, policy.name.span, policy.span);
        if let Some((number, stems)) = self.known.get(&place) {
            return (*number, Rc::clone(stems));
        }
        let mut rules: Vec<u32> = policy.path_rules.iter().map(|rule| self.rule(rule, sources)).collect();
        rules.sort_unstable();
        rules.dedup();
        let number = number(&mut self.policies, rules);
        let stems: Stems<'s> = policy.path_rules.iter().map(|rule| stem(rule.path.as_str())).collect();
        self.known.insert(place, (number, Rc::clone(&stems)));
        (number, stems)
    }
}

/// What stands before the first wildcard or template of a label, without a leading slash.
pub(super) fn stem(label: &str) -> &str {
    let label = label.strip_prefix('/').unwrap_or(label);
    label.split(['+', '*', '{']).next().unwrap_or_default()
}

fn number<K: std::hash::Hash + Eq>(known: &mut HashMap<K, u32>, key: K) -> u32 {
    let next = u32::try_from(known.len()).unwrap_or(BUILT_IN_POLICY - 1);
    *known.entry(key).or_insert(next)
}

/// All that a rule says beside label and capabilities.
fn conditions_of(rule: &PathRule, sources: &Sources) -> String {
    let mut constraints = Constraints::default();
    if !rule.granted().denies() {
        let required = rule.required_parameters.iter().map(Spanned::as_str);
        constraints.add(required, &rule.denied_parameters, &rule.allowed_parameters);
    }
    let positive = |seconds: Option<i64>| seconds.filter(|seconds| *seconds > 0);
    let wrapping = [rule.min_wrapping_ttl, rule.max_wrapping_ttl]
        .map(|bound| positive(bound.map(|seconds| seconds.value.0)));
    let limit = positive(rule.extras.pagination_limit.map(|limit| limit.value));
    let filter = rule.extras.response_keys_filter.as_ref().map(Spanned::as_str);
    let settled = constraints.settled();
    let more = further(std::iter::once(rule), Some(sources));
    format!("{settled:?} {wrapping:?} {limit:?} {filter:?} {more:?}")
}

/// The conditions under which a merged rule grants a capability, in words that are equal for equal conditions; empty if
/// it does so without any.
pub(in crate::semantics) fn conditions(
    rule: &MergedRule<'_>,
    capability: Capability,
    sources: &Sources,
) -> String {
    let mut words = Vec::new();
    let operation = Operation::of_capability(capability);
    if operation.is_some_and(Operation::carries_parameters) && !rule.constraints.is_empty() {
        words.push(format!("{:?}", rule.constraints.settled()));
    }
    if operation.is_some() {
        words.extend(rule.min_wrapping_ttl.map(|ttl| format!("min {}", ttl.0)));
        words.extend(rule.max_wrapping_ttl.map(|ttl| format!("max {}", ttl.0)));
    }
    if operation.is_some_and(Operation::lists) {
        words.extend(rule.pagination_limit.map(|limit| format!("limit {limit}")));
        words.extend(rule.response_keys_filter.map(|filter| format!("filter {filter}")));
        words.extend(
            (rule.pagination_limit.is_some() && rule.constraints.requires("limit"))
                .then(|| "requires limit".to_owned()),
        );
    }
    let mut more = further(rule.members.iter().map(|member| member.rule), Some(sources));
    if capability != Capability::Subscribe {
        more.retain(|word| !word.starts_with("event "));
    }
    words.extend(more);
    words.join("; ")
}

/// What is not a matter of the request alone: who else has to agree, until when, which events.
fn further<'r>(rules: impl Iterator<Item = &'r PathRule>, sources: Option<&Sources>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for rule in rules {
        let extras = &rule.extras;
        words.extend(extras.expiration.as_ref().map(|until| format!("until {}", until.value.seconds)));
        words.extend(extras.mfa_methods.iter().map(|method| format!("mfa {method}")));
        words.extend(extras.subscribe_event_types.iter().map(|event| format!("event {event}")));
        words.extend(extras.control_group.map(|span| {
            // Neither layout nor the difference between HCL and JSON is to count.
            let text = sources.map_or("", |sources| sources.slice(span));
            let is_said = |it: &char| !it.is_whitespace() && !matches!(it, '"' | '=' | ':' | ',');
            format!("control group {}", text.chars().filter(is_said).collect::<String>())
        }));
    }
    words
}
