//! A request that gets past the constraints of a rule: it shows that there is one.

use crate::model::vault::policy::ParameterValue;
use crate::semantics::acl::{Acl, MergedRule, Refusal, Request};
use crate::semantics::parameters::ParameterRefusal;

/// How often the request is mended.
const TRIES: usize = 32;

/// What the search came to.
pub(super) enum Search {
    /// What a request has to carry, in words.
    Found(String),
    /// No request gets past the rule.
    Impossible,
    /// None was found.
    NotFound,
}

/// Looks for a request that gets past `rule`.
pub(super) fn find(acl: &Acl<'_>, rule: &MergedRule<'_>, request: &Request<'_>) -> Search {
    // Both bounds add up over the rules of a pattern, and may have crossed.
    match (rule.min_wrapping_ttl, rule.max_wrapping_ttl) {
        (Some(least), Some(most)) if most < least => Search::Impossible,
        _ => conditions(acl, rule, request).map_or(Search::NotFound, Search::Found),
    }
}

fn conditions(acl: &Acl<'_>, rule: &MergedRule<'_>, request: &Request<'_>) -> Option<String> {
    let mut data: Vec<(String, ParameterValue)> = Vec::new();
    let mut wrap_ttl = None;
    // Values that have been tried, by parameter.
    let mut tried: Vec<(String, usize)> = Vec::new();
    for _ in 0..TRIES {
        let mended = Request { data: &data, wrap_ttl, ..*request };
        let (name, next) = match acl.rule_on(&mended).refusal {
            None => return Some(in_words(&data, wrap_ttl)),
            Some(Refusal::WrappingRequired) => {
                let ttl = rule.min_wrapping_ttl.or(rule.max_wrapping_ttl)?;
                wrap_ttl = Some(ttl.0);
                continue;
            }
            Some(Refusal::WrappingTooShort(ttl) | Refusal::WrappingTooLong(ttl)) => {
                wrap_ttl = Some(ttl);
                continue;
            }
            Some(Refusal::LimitRequired) => ("limit".to_owned(), ParameterValue::Number("1".to_owned())),
            Some(Refusal::Parameter(ParameterRefusal::Missing(name))) => {
                (name.to_owned(), value(rule, name, 0)?)
            }
            Some(Refusal::Parameter(
                ParameterRefusal::Denied(name) | ParameterRefusal::ValueNotAllowed(name),
            )) => {
                let count = tried.iter().filter(|(other, _)| other == name).count() + 1;
                tried.push((name.to_owned(), count));
                (name.to_owned(), value(rule, name, count)?)
            }
            Some(_) => return None,
        };
        data.retain(|(other, _)| *other != name);
        data.push((name, next));
    }
    None
}

/// The value number `at` to try for a parameter: those that the rule allows, or any text.
fn value(rule: &MergedRule<'_>, name: &str, at: usize) -> Option<ParameterValue> {
    let named = rule.members.iter().flat_map(|member| &member.rule.allowed_parameters);
    let named = named.filter(|parameter| parameter.name.value.to_lowercase() == name.to_lowercase());
    let listed: Vec<&ParameterValue> =
        named.flat_map(|parameter| &parameter.values).map(|value| &value.value).collect();
    match listed.get(at) {
        Some(value) => Some((*value).clone()),
        None if listed.is_empty() && at < 3 => Some(ParameterValue::Text(format!("some-value-{at}"))),
        None => None,
    }
}

fn in_words(data: &[(String, ParameterValue)], wrap_ttl: Option<i64>) -> String {
    let mut words: Vec<String> = data.iter().map(|(name, _)| format!("`{name}`")).collect();
    words.extend(wrap_ttl.map(|ttl| format!("a wrapping TTL such as {ttl}s")));
    words.join(", ")
}
