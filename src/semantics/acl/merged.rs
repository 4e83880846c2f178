//! Rules of equal patterns, merged into one.

use super::request::{Operation, Refusal, Request};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::duration::Seconds;
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{ParameterValue, PathRule, Policy};
use crate::semantics::dialect::Dialect;
use crate::semantics::parameters::Constraints;
use crate::semantics::precedence::Precedence;
use crate::syntax::Spanned;

/// A path rule with the policy that it stands in.
#[derive(Debug, Clone, Copy)]
pub struct RuleRef<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The rule.
    pub rule: &'a PathRule,
}

/// All rules of one pattern, as the server merges them.
///
/// Capabilities add up, `deny` drives out all others for good. Constraints add up too: a rule without constraints
/// does not lift those of another one.
#[derive(Debug, Clone)]
pub struct MergedRule<'a> {
    /// The pattern, namespace in front, template values filled in.
    pub pattern: PathPattern,
    /// What it grants.
    pub capabilities: CapabilitySet,
    /// Constraints on parameters.
    pub constraints: Constraints,
    /// The least `min_wrapping_ttl` that has an effect.
    pub min_wrapping_ttl: Option<Seconds>,
    /// The least `max_wrapping_ttl` that has an effect.
    pub max_wrapping_ttl: Option<Seconds>,
    /// The least `pagination_limit` that has an effect (OpenBao).
    pub pagination_limit: Option<i64>,
    /// The first `list_scan_response_keys_filter_path` (OpenBao).
    pub response_keys_filter: Option<&'a Spanned<String>>,
    /// The rules, in the order of the policies.
    pub members: Vec<RuleRef<'a>>,
}

impl<'a> MergedRule<'a> {
    /// The members to which the pattern owes `capability` (or `deny`).
    pub fn granting(&self, capability: Capability) -> impl Iterator<Item = RuleRef<'a>> {
        let held = self.capabilities.contains(capability);
        self.members.iter().copied().filter(move |member| held && member.rule.granted().contains(capability))
    }

    /// Why the rule refuses a request whose path it decides on; nothing if it lets it through.
    pub fn refusal<'r>(&'r self, request: &'r Request<'r>, dialect: Dialect) -> Option<Refusal<'r>> {
        let Some(capability) = request.operation.capability(dialect) else {
            return Some(Refusal::NoCapabilityFits);
        };
        if self.capabilities.denies() {
            return Some(Refusal::Denied);
        }
        if !self.capabilities.contains(capability) {
            return Some(Refusal::CapabilityMissing(capability));
        }
        self.refuses_wrapping(request.wrap_ttl).or_else(|| {
            if request.operation.carries_parameters() {
                self.constraints.refusal(request.data, dialect).map(Refusal::Parameter)
            } else if request.operation.lists() && dialect == Dialect::OpenBao {
                self.refuses_limit(request.data)
            } else {
                None
            }
        })
    }

    /// True if it may refuse requests for which it has the capability.
    pub fn is_constrained(&self, operation: Operation) -> bool {
        let wraps = self.min_wrapping_ttl.is_some() || self.max_wrapping_ttl.is_some();
        wraps
            || (operation.carries_parameters() && !self.constraints.is_empty())
            || (operation.lists() && self.pagination_limit.is_some())
    }

    /// Wrapping bounds hold for every operation, and one of them is enough to make wrapping mandatory.
    fn refuses_wrapping(&self, asked: Option<i64>) -> Option<Refusal<'static>> {
        let (least, most) = (self.min_wrapping_ttl, self.max_wrapping_ttl);
        if least.is_none() && most.is_none() {
            return None;
        }
        let Some(ttl) = asked else { return Some(Refusal::WrappingRequired) };
        match (least, most) {
            (Some(least), Some(most)) if most < least => Some(Refusal::WrappingImpossible),
            (_, Some(most)) if ttl > most.0 => Some(Refusal::WrappingTooLong(most.0)),
            (Some(least), _) if ttl < least.0 => Some(Refusal::WrappingTooShort(least.0)),
            _ => None,
        }
    }

    /// A request without `limit`, with 0 or with `max` is given the greatest page that is allowed.
    fn refuses_limit(&self, data: &[(String, ParameterValue)]) -> Option<Refusal<'static>> {
        let most = self.pagination_limit?;
        let refused = match data.iter().find(|(name, _)| name == "limit").map(|(_, value)| value) {
            None if self.constraints.requires("limit") => return Some(Refusal::LimitRequired),
            None => false,
            Some(ParameterValue::Text(text)) if text.is_empty() || text == "max" => false,
            Some(ParameterValue::Text(text) | ParameterValue::Number(text)) => {
                text.parse::<i64>().map_or(true, |limit| limit > most || limit < 0)
            }
            Some(_) => true,
        };
        refused.then_some(Refusal::LimitRefused(most))
    }
}

/// Collects rules by pattern.
#[derive(Default)]
pub(super) struct Merger<'a> {
    rules: Vec<(PathPattern, RuleRef<'a>)>,
}

impl<'a> Merger<'a> {
    /// Takes one more rule, which stands under `pattern`.
    pub(super) fn add(&mut self, pattern: PathPattern, rule: RuleRef<'a>) {
        self.rules.push((pattern, rule));
    }

    /// The merged rules; those with wildcards in ascending order of precedence, before all others.
    pub(super) fn finish(self, dialect: Dialect) -> Vec<MergedRule<'a>> {
        // Equal patterns, and only those, have the same rank; they keep their order.
        let ranks = self.rules.iter().map(|(pattern, _)| Rank::of(pattern));
        let mut order: Vec<(Rank<'_>, usize)> = ranks.zip(0..).collect();
        order.sort_unstable();
        let order: Vec<usize> = order.into_iter().map(|(_, at)| at).collect();
        let mut rules: Vec<Option<(PathPattern, RuleRef<'a>)>> = self.rules.into_iter().map(Some).collect();
        let mut merged: Vec<MergedRule<'a>> = Vec::with_capacity(rules.len());
        for at in order {
            let Some((pattern, rule)) = rules.get_mut(at).and_then(Option::take) else { continue };
            let last = match merged.last_mut() {
                Some(last) if last.pattern == pattern => last,
                _ => merged.push_mut(MergedRule::empty(pattern)),
            };
            last.take(rule, dialect);
        }
        merged
    }
}

/// Exact patterns, whose precedence has no meaning, stand behind all others.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'p> {
    exact: bool,
    precedence: Precedence<'p>,
    class: u8,
}

impl<'p> Rank<'p> {
    fn of(pattern: &'p PathPattern) -> Rank<'p> {
        let exact = pattern.class == PatternClass::Exact;
        Rank { exact, precedence: Precedence::of(pattern), class: pattern.class as u8 }
    }
}

impl<'a> MergedRule<'a> {
    /// The rule alone under `pattern`.
    pub(super) fn single(pattern: PathPattern, rule: RuleRef<'a>, dialect: Dialect) -> MergedRule<'a> {
        let mut merged = MergedRule::empty(pattern);
        merged.take(rule, dialect);
        merged
    }

    fn empty(pattern: PathPattern) -> MergedRule<'a> {
        MergedRule {
            pattern,
            capabilities: CapabilitySet::EMPTY,
            constraints: Constraints::default(),
            min_wrapping_ttl: None,
            max_wrapping_ttl: None,
            pagination_limit: None,
            response_keys_filter: None,
            members: Vec::new(),
        }
    }

    fn take(&mut self, member: RuleRef<'a>, dialect: Dialect) {
        self.members.push(member);
        let rule = member.rule;
        let granted = rule.granted();
        self.capabilities = granted.iter().fold(self.capabilities, CapabilitySet::with);
        if self.capabilities.denies() {
            self.constraints.clear();
            return;
        }
        let required = rule.required_parameters.iter().map(Spanned::as_str);
        self.constraints.add(required, &rule.denied_parameters, &rule.allowed_parameters);
        self.min_wrapping_ttl = lesser(self.min_wrapping_ttl, rule.min_wrapping_ttl.map(|it| it.value));
        self.max_wrapping_ttl = lesser(self.max_wrapping_ttl, rule.max_wrapping_ttl.map(|it| it.value));
        if dialect == Dialect::OpenBao {
            let limit = rule.extras.pagination_limit.map(|it| it.value).filter(|limit| *limit > 0);
            self.pagination_limit = self.pagination_limit.into_iter().chain(limit).min();
            let filter = rule.extras.response_keys_filter.as_ref().filter(|filter| !filter.value.is_empty());
            self.response_keys_filter = self.response_keys_filter.or(filter);
        }
    }
}

/// The lesser of two durations; what is not above zero is not set.
fn lesser(one: Option<Seconds>, other: Option<Seconds>) -> Option<Seconds> {
    one.into_iter().chain(other.filter(|seconds| seconds.0 > 0)).min()
}
