//! What a rule asks of the requests that it lets through, and whether another one asks more.
//!
//! Where the capability is there on both sides, constraints make the difference. They are independent of one another, and
//! of each it is known which requests are the first that it refuses: those are tried. So a request that only one side
//! lets through is found if there is one; where a constraint is not a matter of the request alone (a control group, a
//! filter of answers) and is merely another one, nobody can tell.

mod sent;

use std::collections::BTreeSet;

pub(super) use sent::Sent;

use crate::model::vault::capability::Capability;
use crate::model::vault::policy::{ParameterValue, PathRule};
use crate::semantics::acl::{MergedRule, Operation};
use crate::semantics::dialect::Dialect;
use crate::semantics::parameters::Constraints;
use crate::syntax::{Sources, Spanned};

/// What a merged rule asks of requests for one capability.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Terms {
    constraints: Constraints,
    compares_elements: bool,
    /// Lest and most; requests must be wrapped if one of them is there.
    wrapping: (Option<i64>, Option<i64>),
    /// The greatest page, and whether `limit` must be sent.
    page: Option<(i64, bool)>,
    filter: Option<String>,
    until: Until,
    methods: BTreeSet<String>,
    groups: BTreeSet<String>,
    events: BTreeSet<String>,
}

/// Until when the rule is there.
#[derive(Debug, Clone, Default, PartialEq)]
enum Until {
    #[default]
    Forever,
    /// Seconds since 1970, nanoseconds, and in words.
    At((i64, u32), String),
    /// Its parts go at different times.
    Parts(Vec<String>),
}

/// Whether something is let through that others do not let through.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Beyond {
    /// Nothing is.
    Nothing,
    /// Such a request.
    This(Box<Sent>),
    /// That is not known.
    Unknown,
}

impl Terms {
    /// Those of a merged rule for a capability on a server.
    pub(super) fn of(
        rule: &MergedRule<'_>,
        capability: Capability,
        dialect: Dialect,
        sources: &Sources,
    ) -> Terms {
        let mut terms = Terms { compares_elements: dialect.compares_elements(), ..Terms::default() };
        let operation = Operation::of_capability(capability);
        if operation.is_some_and(Operation::carries_parameters) {
            terms.constraints = rule.constraints.settled();
        }
        if operation.is_some() {
            terms.wrapping = (rule.min_wrapping_ttl.map(|ttl| ttl.0), rule.max_wrapping_ttl.map(|ttl| ttl.0));
        }
        if operation.is_some_and(Operation::lists) {
            terms.page = rule.pagination_limit.map(|most| (most, rule.constraints.requires("limit")));
            terms.filter = rule.response_keys_filter.map(|filter| filter.value.clone());
        }
        let rules: Vec<&PathRule> = rule.members.iter().map(|member| member.rule).collect();
        terms.until = until(&rules, sources);
        for rule in rules {
            terms.methods.extend(rule.extras.mfa_methods.iter().map(|method| method.value.clone()));
            // Neither layout nor the difference between HCL and JSON is to count.
            let is_said = |it: &char| !it.is_whitespace() && !matches!(it, '"' | '=' | ':' | ',');
            let group =
                rule.extras.control_group.map(|span| sources.slice(span).trim_start_matches("control_group"));
            terms.groups.extend(group.map(|text| text.chars().filter(is_said).collect::<String>()));
            if capability == Capability::Subscribe {
                terms
                    .events
                    .extend(rule.extras.subscribe_event_types.iter().map(|event| event.value.clone()));
            }
        }
        terms
    }

    /// True if every request goes through.
    pub(super) fn are_none(&self) -> bool {
        let compares_elements = self.compares_elements;
        *self == Terms { compares_elements, ..Terms::default() }
    }

    /// Whether a request goes through that none of the others lets through.
    pub(super) fn beyond(&self, others: &[Terms]) -> Beyond {
        if others.iter().any(|other| other == self || other.are_none()) {
            return Beyond::Nothing;
        }
        let candidates = sent::candidates(self, others);
        let found = candidates.all.into_iter().find(|sent| {
            self.refusal(sent).is_none() && others.iter().all(|other| other.refusal(sent).is_some())
        });
        if let Some(sent) = found {
            let reasons: Vec<String> = others.iter().filter_map(|other| other.refusal(&sent)).collect();
            return Beyond::This(Box::new(sent.with_reasons(reasons)));
        }
        // What several of the others let through together is not gone into.
        let is_within = |other: &Terms| candidates.are_enough && self.is_within(other);
        if others.iter().any(is_within) { Beyond::Nothing } else { Beyond::Unknown }
    }

    /// True if no request shows otherwise, and nothing else could.
    fn is_within(&self, other: &Terms) -> bool {
        let one = std::slice::from_ref(other);
        let shown = sent::candidates(self, one);
        let is_shown = |sent: &Sent| self.refusal(sent).is_none() && other.refusal(sent).is_some();
        let is_settled = (self.filter == other.filter || other.filter.is_none())
            && other.groups.is_subset(&self.groups)
            && (self.events == other.events)
            && match (&self.until, &other.until) {
                (Until::Parts(one), Until::Parts(other)) => one == other,
                (_, Until::Parts(_)) | (Until::Parts(_), _) => false,
                _ => true,
            };
        is_settled && shown.are_enough && !shown.all.iter().any(is_shown)
    }

    /// Why a request does not go through, in words; nothing if it does.
    fn refusal(&self, sent: &Sent) -> Option<String> {
        let dialect = if self.compares_elements { Dialect::VaultCurrent } else { Dialect::VaultClassic };
        if self.constraints.refusal(&sent.data, dialect).is_some() {
            let mut missing = self.constraints.required().iter();
            let missing = missing.find(|name| !sent.data.iter().any(|(own, _)| own == *name));
            return Some(missing.map_or_else(String::new, |name| format!("without {name}")));
        }
        match (self.wrapping, sent.wrapping) {
            ((None, None), _) => {}
            (_, None) => return Some("without wrapping".to_owned()),
            ((least, most), Some(ttl)) => {
                if least.is_some_and(|least| ttl < least) || most.is_some_and(|most| ttl > most) {
                    return Some(String::new());
                }
            }
        }
        if let Some((most, is_required)) = self.page {
            match sent.data.iter().find(|(name, _)| name == "limit") {
                None if is_required => return Some("without limit".to_owned()),
                Some((_, ParameterValue::Number(limit)))
                    if limit.parse::<i64>().map_or(true, |it| it > most) =>
                {
                    return Some(String::new());
                }
                _ => {}
            }
        }
        if self.filter.is_some() && sent.sees_all {
            return Some("with all keys in the answer".to_owned());
        }
        if let Some(method) = self.methods.iter().find(|method| !sent.methods.contains(*method)) {
            return Some(format!("without the MFA method {method}"));
        }
        if sent.groups.is_empty() && !self.groups.is_empty() {
            return Some("without the approval of a control group".to_owned());
        }
        match &self.until {
            Until::At(until, text) if *until < sent.at => Some(format!("after {text}")),
            _ => None,
        }
    }

    /// What they ask for; empty if that is nothing.
    pub(super) fn words(&self) -> String {
        let mut words = Vec::new();
        let [denied, allowed] = self.constraints.listed();
        for (key, map) in [("allowed_parameters", allowed), ("denied_parameters", denied)] {
            let each = map.iter().map(|(name, values)| match values.is_empty() {
                true => name.clone(),
                false => format!("{name} = {}", sent::value_words(&ParameterValue::List(values.clone()))),
            });
            let each: Vec<String> = each.collect();
            words.extend((!each.is_empty()).then(|| format!("{key} {}", each.join(", "))));
        }
        let required = self.constraints.required();
        words.extend((!required.is_empty()).then(|| format!("required_parameters {}", required.join(", "))));
        words.extend(self.wrapping.0.map(|ttl| format!("min_wrapping_ttl {ttl}s")));
        words.extend(self.wrapping.1.map(|ttl| format!("max_wrapping_ttl {ttl}s")));
        words.extend(self.page.map(|(most, is_required)| {
            let more = if is_required { ", limit required" } else { "" };
            format!("pagination_limit {most}{more}")
        }));
        words.extend(
            self.filter.as_ref().map(|filter| format!("list_scan_response_keys_filter_path {filter}")),
        );
        match &self.until {
            Until::Forever => {}
            Until::At(_, text) => words.push(format!("expiration {text}")),
            Until::Parts(parts) => words.push(format!("expiration {}", parts.join(", "))),
        }
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
        for (key, set) in [("mfa_methods", &self.methods), ("subscribe_event_types", &self.events)] {
            words.extend((!set.is_empty()).then(|| format!("{key} {}", list(set))));
        }
        words.extend((!self.groups.is_empty()).then(|| format!("control_group {}", list(&self.groups))));
        words.join("; ")
    }
}

fn until(rules: &[&PathRule], sources: &Sources) -> Until {
    let of = |rule: &PathRule| {
        let until = rule.extras.expiration.as_ref()?;
        let text = sources.slice(until.span).trim_matches('"').to_owned();
        Some(((until.value.seconds, until.value.nanos), text))
    };
    let all: Vec<_> = rules.iter().map(|rule| of(rule)).collect();
    match all.as_slice() {
        _ if all.iter().all(Option::is_none) => Until::Forever,
        [Some((at, text)), rest @ ..]
            if rest.iter().all(|other| other.as_ref().is_some_and(|(other, _)| other == at)) =>
        {
            Until::At(*at, text.clone())
        }
        _ => {
            let part = |rule: &&PathRule| {
                let capabilities: Vec<&str> = rule.granted().iter().map(Capability::word).collect();
                let until =
                    of(rule).map_or_else(|| "never".to_owned(), |((seconds, _), _)| seconds.to_string());
                let required: Vec<&str> = rule.required_parameters.iter().map(Spanned::as_str).collect();
                format!("{} {} {until}", capabilities.join("+"), required.join("+"))
            };
            let mut parts: Vec<String> = rules.iter().map(part).collect();
            parts.sort();
            parts.dedup();
            Until::Parts(parts)
        }
    }
}
