//! What some request of a kind comes to, whatever it carries: a rule with constraints refuses a bare request and lets
//! others through.

use crate::model::vault::policy::ParameterValue;
use crate::semantics::acl::{Acl, MergedRule, Refusal, Request, Verdict};
use crate::semantics::parameters::ParameterRefusal;

/// How often the request is mended.
const TRIES: usize = 32;

/// What the search came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Search {
    /// What a request has to carry, in words.
    Found(String),
    /// No request goes through, for this reason.
    Impossible(String),
    /// None was found.
    NotFound,
}

impl Search {
    /// The answer to whether some request goes through.
    pub fn verdict(&self) -> Verdict {
        match self {
            Search::Found(_) => Verdict::Allowed,
            Search::Impossible(_) => Verdict::Refused,
            Search::NotFound => Verdict::Unknown,
        }
    }
}

/// Looks for a request that gets past the constraints which refuse `request`, a bare one; nothing if it is refused for
/// another reason, or not at all.
pub fn search(acl: &Acl<'_>, request: &Request<'_>) -> Option<Search> {
    let ruling = acl.rule_on(request);
    let rule = ruling.rule?;
    if !ruling.refusal.is_some_and(|refusal| hangs_on_what_is_sent(&refusal)) {
        return None;
    }
    // Both bounds add up over the rules of a pattern, and may have crossed.
    Some(match (rule.min_wrapping_ttl, rule.max_wrapping_ttl) {
        (Some(least), Some(most)) if most < least => {
            Search::Impossible(Refusal::WrappingImpossible.to_string())
        }
        _ => conditions(acl, rule, request, &[]).unwrap_or(Search::NotFound),
    })
}

/// Whether some request goes through, whatever it carries.
pub fn verdict(acl: &Acl<'_>, request: &Request<'_>) -> Verdict {
    match acl.verdict(request) {
        Verdict::Refused => search(acl, request).map_or(Verdict::Refused, |search| search.verdict()),
        known => known,
    }
}

/// Whether some request goes through that carries `parameter` with this value, whatever else it carries.
pub fn verdict_with(acl: &Acl<'_>, request: &Request<'_>, parameter: &str, value: ParameterValue) -> Verdict {
    let data = [(parameter.to_owned(), value)];
    let carrying = Request { data: &data, ..*request };
    let verdict = acl.verdict(&carrying);
    if verdict != Verdict::Refused {
        return verdict;
    }
    let ruling = acl.rule_on(&carrying);
    let hangs = ruling.refusal.as_ref().is_some_and(hangs_on_what_is_sent);
    let Some(rule) = ruling.rule.filter(|_| hangs) else { return Verdict::Refused };
    conditions(acl, rule, request, &data).unwrap_or(Search::NotFound).verdict()
}

fn hangs_on_what_is_sent(refusal: &Refusal<'_>) -> bool {
    match refusal {
        Refusal::WrappingRequired
        | Refusal::WrappingTooShort(_)
        | Refusal::WrappingTooLong(_)
        | Refusal::LimitRequired
        | Refusal::LimitRefused(_)
        | Refusal::Parameter(_) => true,
        Refusal::NoRule
        | Refusal::Denied
        | Refusal::CapabilityMissing(_)
        | Refusal::NoCapabilityFits
        | Refusal::SudoMissing
        | Refusal::OutsideRootNamespace
        | Refusal::WrappingImpossible => false,
    }
}

/// Mends the request until it goes through; what has to be `carried` stays as it is.
fn conditions(
    acl: &Acl<'_>,
    rule: &MergedRule<'_>,
    request: &Request<'_>,
    carried: &[(String, ParameterValue)],
) -> Option<Search> {
    let mut data: Vec<(String, ParameterValue)> = carried.to_vec();
    let mut wrap_ttl = None;
    // Values that have been tried, by parameter.
    let mut tried: Vec<(String, usize)> = Vec::new();
    for _ in 0..TRIES {
        let mended = Request { data: &data, wrap_ttl, ..*request };
        let (name, next) = match acl.rule_on(&mended).refusal {
            // Past the constraints, `sudo` may still be missing, and other rules may have a say.
            None => {
                return Some(match acl.verdict(&mended) {
                    Verdict::Allowed => Search::Found(in_words(&data, wrap_ttl)),
                    Verdict::Refused => {
                        let refusal = acl.decide(&mended).refusal;
                        Search::Impossible(refusal.map_or_else(String::new, |refusal| refusal.to_string()))
                    }
                    Verdict::Unknown => Search::NotFound,
                });
            }
            Some(Refusal::WrappingRequired) => {
                let ttl = rule.min_wrapping_ttl.or(rule.max_wrapping_ttl)?;
                wrap_ttl = Some(ttl.0);
                continue;
            }
            Some(Refusal::WrappingTooShort(ttl) | Refusal::WrappingTooLong(ttl)) => {
                wrap_ttl = Some(ttl);
                continue;
            }
            Some(Refusal::Parameter(
                ParameterRefusal::Denied(name)
                | ParameterRefusal::ValueNotAllowed(name)
                | ParameterRefusal::NotListed(name),
            )) if carried.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)) => {
                return Some(Search::Impossible(format!("`{name}` cannot be chosen")));
            }
            Some(Refusal::Parameter(ParameterRefusal::AllDenied)) if !carried.is_empty() => {
                return Some(Search::Impossible("no parameter can be sent".to_owned()));
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
