//! Constraints on the parameters of a request: required, denied, allowed.
//!
//! Source: `AllowOperation` in `vault/acl.go` of Vault and `internal/vault/policy/acl.go` of OpenBao.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::dialect::Dialect;
use crate::model::vault::policy::{Parameter, ParameterValue};

/// The parameters of a request, as the HTTP layer hands them over: names as sent, numbers as numbers.
pub type RequestData = [(String, ParameterValue)];

/// The constraints of all rules of one pattern, merged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Constraints {
    /// `required_parameters` in lower case.
    required: Vec<String>,
    /// `denied_parameters`: names in lower case; no values means any value.
    denied: BTreeMap<String, Vec<ParameterValue>>,
    /// `allowed_parameters`, likewise.
    allowed: BTreeMap<String, Vec<ParameterValue>>,
}

/// Why constraints refuse a request; the name is the one at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterRefusal<'a> {
    /// A required parameter was not sent.
    Missing(&'a str),
    /// `denied_parameters` holds `*`, so no parameter at all may be sent.
    AllDenied,
    /// This parameter was sent with a denied value.
    Denied(&'a str),
    /// `allowed_parameters` does not list this parameter.
    NotListed(&'a str),
    /// `allowed_parameters` lists this parameter, but not the value sent.
    ValueNotAllowed(&'a str),
}

impl Constraints {
    /// Adds the constraints of one more rule of the same pattern.
    pub fn add<'a>(
        &mut self,
        required: impl Iterator<Item = &'a str>,
        denied: &[Parameter],
        allowed: &[Parameter],
    ) {
        for name in required.map(str::to_lowercase) {
            if !self.required.contains(&name) {
                self.required.push(name);
            }
        }
        merge(&mut self.denied, denied);
        merge(&mut self.allowed, allowed);
    }

    /// Takes all constraints away, as a `deny` does that makes them pointless.
    pub fn clear(&mut self) {
        *self = Constraints::default();
    }

    /// The same in a settled order and without repetitions, so that two that say the same are equal.
    pub fn settled(&self) -> Constraints {
        let of = |map: &BTreeMap<String, Vec<ParameterValue>>| {
            let values = map.iter().map(|(name, values)| {
                let mut values: Vec<(String, ParameterValue)> =
                    values.iter().map(|value| (format!("{value:?}"), value.clone())).collect();
                values.sort_by(|(one, _), (other, _)| one.cmp(other));
                values.dedup_by(|(one, _), (other, _)| one == other);
                (name.clone(), values.into_iter().map(|(_, value)| value).collect())
            });
            values.collect()
        };
        let mut required = self.required.clone();
        required.sort();
        Constraints { required, denied: of(&self.denied), allowed: of(&self.allowed) }
    }

    /// True if every request passes.
    pub fn is_empty(&self) -> bool {
        self.required.is_empty() && self.denied.is_empty() && self.allowed.is_empty()
    }

    /// The names of the parameters that must be sent, in lower case.
    pub fn required(&self) -> &[String] {
        &self.required
    }

    /// `denied_parameters` and `allowed_parameters`, in that order: by name, in lower case, the values; none for any.
    pub fn listed(&self) -> [&BTreeMap<String, Vec<ParameterValue>>; 2] {
        [&self.denied, &self.allowed]
    }

    /// The same for requests that need not carry anything.
    pub fn without_required(&self) -> Constraints {
        Constraints { required: Vec::new(), ..self.clone() }
    }

    /// True if a parameter of this name must be sent.
    pub fn requires(&self, name: &str) -> bool {
        self.required.iter().any(|required| required == name)
    }

    /// Why a request with `data` is refused; nothing if it passes.
    pub fn refusal<'a>(&'a self, data: &'a RequestData, dialect: Dialect) -> Option<ParameterRefusal<'a>> {
        // The name is looked up as sent: `Bar` never satisfies a required `bar`.
        let missing = self.required.iter().find(|name| !data.iter().any(|(sent, _)| sent == *name));
        if let Some(name) = missing {
            return Some(ParameterRefusal::Missing(name));
        }
        if data.is_empty() {
            return None;
        }
        if self.denied.contains_key("*") {
            return Some(ParameterRefusal::AllDenied);
        }
        let denied = data.iter().find(|(name, value)| {
            let name = lower_case(name);
            self.denied.get(name.as_ref()).is_some_and(|list| denies(list, &name, value, dialect))
        });
        if let Some((name, _)) = denied {
            return Some(ParameterRefusal::Denied(name));
        }
        self.not_allowed(data, dialect)
    }

    fn not_allowed<'a>(&self, data: &'a RequestData, dialect: Dialect) -> Option<ParameterRefusal<'a>> {
        let all = self.allowed.contains_key("*");
        if self.allowed.is_empty() || (all && self.allowed.len() == 1) {
            return None;
        }
        data.iter().find_map(|(name, value)| {
            let key = lower_case(name);
            match self.allowed.get(key.as_ref()) {
                None if all => None,
                None => Some(ParameterRefusal::NotListed(name)),
                Some(list) if allows(list, &key, value, dialect) => None,
                Some(_) => Some(ParameterRefusal::ValueNotAllowed(name)),
            }
        })
    }
}

/// True if a value that a constraint lists matches the value sent, taken as a whole.
///
/// Two texts match by the stars at the ends of the listed one; anything else must be equal. Numbers never are: the
/// servers keep those of a policy and those of a request in different types.
pub fn value_matches(listed: &ParameterValue, sent: &ParameterValue) -> bool {
    match (listed, sent) {
        (ParameterValue::Text(pattern), ParameterValue::Text(text)) => glob_matches(pattern, text),
        _ => equal(listed, sent),
    }
}

/// One rule's map into the merged one: values add up, but no values (any value) on either side stays so.
fn merge(into: &mut BTreeMap<String, Vec<ParameterValue>>, parameters: &[Parameter]) {
    // Within a rule, a repeated name appends to its list.
    let mut own: BTreeMap<String, Vec<ParameterValue>> = BTreeMap::new();
    for parameter in parameters {
        let values = parameter.values.iter().map(|value| value.value.clone());
        own.entry(parameter.name.value.to_lowercase()).or_default().extend(values);
    }
    for (name, values) in own {
        match into.get_mut(&name) {
            None => {
                into.insert(name, values);
            }
            Some(present) if present.is_empty() || values.is_empty() => present.clear(),
            Some(present) => present.extend(values),
        }
    }
}

fn denies(list: &[ParameterValue], name: &str, sent: &ParameterValue, dialect: Dialect) -> bool {
    let sent = as_compared(name, sent, dialect);
    list.is_empty()
        || is_listed(list, &sent)
        || dialect.compares_elements()
            && match sent.as_ref() {
                ParameterValue::List(items) => items.iter().any(|item| is_listed(list, item)),
                ParameterValue::Text(text) => comma_items(text).any(|item| is_listed(list, &item)),
                _ => false,
            }
}

fn allows(list: &[ParameterValue], name: &str, sent: &ParameterValue, dialect: Dialect) -> bool {
    let sent = as_compared(name, sent, dialect);
    list.is_empty()
        || is_listed(list, &sent)
        || dialect.compares_elements()
            && match sent.as_ref() {
                ParameterValue::List(items) => items.iter().all(|item| is_listed(list, item)),
                ParameterValue::Text(text) => comma_items(text).all(|item| is_listed(list, &item)),
                _ => false,
            }
}

/// Policy names are compared in lower case by the servers that compare elements; only the request's side is changed.
fn as_compared<'a>(name: &str, sent: &'a ParameterValue, dialect: Dialect) -> Cow<'a, ParameterValue> {
    if !dialect.compares_elements() || !matches!(name, "policies" | "token_policies") {
        return Cow::Borrowed(sent);
    }
    match sent {
        ParameterValue::Text(text) => Cow::Owned(ParameterValue::Text(text.to_lowercase())),
        ParameterValue::List(items) => Cow::Owned(ParameterValue::List(
            items.iter().map(|item| as_compared(name, item, dialect).into_owned()).collect(),
        )),
        _ => Cow::Borrowed(sent),
    }
}

fn is_listed(list: &[ParameterValue], sent: &ParameterValue) -> bool {
    list.iter().any(|listed| value_matches(listed, sent))
}

/// The parts of a comma-separated text; the empty text has none.
fn comma_items(text: &str) -> impl Iterator<Item = ParameterValue> {
    let parts = (!text.is_empty()).then(|| text.split(','));
    parts.into_iter().flatten().map(|part| ParameterValue::Text(part.trim().to_owned()))
}

/// A star at either end stands for any text; a lone star and inner stars are plain.
fn glob_matches(pattern: &str, text: &str) -> bool {
    if pattern.len() < 2 {
        return pattern == text;
    }
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => text.contains(rest.strip_suffix('*').unwrap_or(rest)),
        (Some(end), None) => text.ends_with(end),
        (None, Some(start)) => text.starts_with(start),
        (None, None) => pattern == text,
    }
}

fn equal(listed: &ParameterValue, sent: &ParameterValue) -> bool {
    match (listed, sent) {
        (ParameterValue::Text(a), ParameterValue::Text(b)) => a == b,
        (ParameterValue::Bool(a), ParameterValue::Bool(b)) => a == b,
        (ParameterValue::Null, ParameterValue::Null) => true,
        (ParameterValue::List(a), ParameterValue::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (ParameterValue::Object(a), ParameterValue::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.iter().any(|(other, sent)| key == other && equal(value, sent)))
        }
        _ => false,
    }
}

fn lower_case(name: &str) -> Cow<'_, str> {
    if name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_lowercase())
    }
}
