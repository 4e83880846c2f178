//! Requests that tell constraints apart.

use std::collections::BTreeSet;

use super::{Terms, Until};
use crate::model::vault::policy::ParameterValue;
use crate::semantics::dialect::Dialect;

/// What a request carries, and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Sent {
    /// Its parameters.
    pub(in super::super) data: Vec<(String, ParameterValue)>,
    /// Seconds; nothing if the answer is not to be wrapped.
    pub(in super::super) wrapping: Option<i64>,
    pub(super) sees_all: bool,
    pub(super) methods: BTreeSet<String>,
    pub(super) groups: BTreeSet<String>,
    pub(super) at: (i64, u32),
    reasons: Vec<String>,
}

/// Requests to be tried.
pub(super) struct Candidates {
    pub(super) all: Vec<Sent>,
    /// If none of them tells two constraints apart, none does.
    pub(super) are_enough: bool,
}

/// More parameters, or more values of one, than this are not gone through in full.
const MOST: usize = 64;

impl Sent {
    pub(super) fn with_reasons(self, mut reasons: Vec<String>) -> Sent {
        reasons.retain(|reason| !reason.is_empty());
        reasons.sort();
        reasons.dedup();
        Sent { reasons, ..self }
    }

    /// True if nothing counts but what the request carries.
    pub(in super::super) fn is_all(&self) -> bool {
        self.reasons.iter().all(|reason| {
            let rest = reason.strip_prefix("without ");
            rest.is_some_and(|rest| !rest.contains(' '))
        })
    }

    /// `with color = red`.
    pub(in super::super) fn words(&self) -> Option<String> {
        let data = self.data.iter().map(|(name, value)| format!("{name} = {}", value_words(value)));
        let mut carried: Vec<String> = data.collect();
        carried.extend(self.wrapping.map(|ttl| format!("a wrapping TTL of {ttl}s")));
        let mut words = Vec::new();
        words.extend((!carried.is_empty()).then(|| format!("with {}", carried.join(", "))));
        words.extend(self.reasons.iter().cloned());
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// A value as people write it.
pub(super) fn value_words(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Text(text) if text.is_empty() => "\"\"".to_owned(),
        ParameterValue::Text(text) | ParameterValue::Number(text) => text.clone(),
        ParameterValue::Bool(value) => value.to_string(),
        ParameterValue::Null => "null".to_owned(),
        ParameterValue::List(items) => {
            format!("[{}]", items.iter().map(value_words).collect::<Vec<_>>().join(", "))
        }
        ParameterValue::Object(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{key}: {}", value_words(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Requests that `terms` let through, as far as each part of them goes.
pub(super) fn candidates(terms: &Terms, others: &[Terms]) -> Candidates {
    let mut are_enough = true;
    let all: Vec<&Terms> = std::iter::once(terms).chain(others).collect();
    let free = terms.constraints.without_required();
    let dialect = if terms.compares_elements { Dialect::VaultCurrent } else { Dialect::VaultClassic };
    let values_of = |name: &str, are_enough: &mut bool| -> Vec<ParameterValue> {
        let mut values = values(&all, name, are_enough);
        values.retain(|value| free.refusal(&[(name.to_owned(), value.clone())], dialect).is_none());
        values
    };
    let mut base: Vec<(String, ParameterValue)> = Vec::new();
    for name in terms.constraints.required() {
        match values_of(name, &mut are_enough).into_iter().next() {
            Some(value) => base.push((name.clone(), value)),
            None => return Candidates { all: Vec::new(), are_enough: false },
        }
    }
    if let Some((most, true)) = terms.page {
        base.push(("limit".to_owned(), ParameterValue::Number(most.to_string())));
    }
    let wrapping = terms.wrapping.0.or(terms.wrapping.1);
    let plain = Sent {
        data: base,
        wrapping,
        sees_all: false,
        methods: terms.methods.clone(),
        groups: terms.groups.clone(),
        at: (i64::MIN, 0),
        reasons: Vec::new(),
    };
    let mut found = vec![plain.clone()];
    // Bounds of wrapping.
    let bounds = all.iter().flat_map(|terms| [terms.wrapping.0, terms.wrapping.1]).flatten();
    let bounds: BTreeSet<i64> = bounds.flat_map(|ttl| [ttl - 1, ttl, ttl.saturating_add(1)]).collect();
    let bounds = bounds.into_iter().filter(|ttl| *ttl > 0);
    found.extend(bounds.map(|ttl| Sent { wrapping: Some(ttl), ..plain.clone() }));
    // Pages.
    for most in all.iter().filter_map(|terms| terms.page).map(|(most, _)| most) {
        for limit in [most, most.saturating_add(1)] {
            let limit = ParameterValue::Number(limit.to_string());
            found.push(plain.carrying("limit", limit));
        }
    }
    if terms.filter.is_none() {
        found.push(Sent { sees_all: true, ..plain.clone() });
    }
    match &terms.until {
        Until::Forever => found.push(Sent { at: (i64::MAX, 0), ..plain.clone() }),
        Until::At(until, _) => found.push(Sent { at: *until, ..plain.clone() }),
        Until::Parts(_) => {}
    }
    // Parameters.
    if all.iter().all(|terms| terms.constraints.is_empty()) {
        return Candidates { all: found, are_enough };
    }
    let listed = all.iter().flat_map(|terms| terms.constraints.listed());
    let mut names: BTreeSet<String> = listed.flat_map(|map| map.keys().cloned()).collect();
    names.extend(all.iter().flat_map(|terms| terms.constraints.required().iter().cloned()));
    names.remove("*");
    let mut other = "some-other".to_owned();
    while names.contains(&other) {
        other.push('x');
    }
    are_enough &= names.len() <= MOST;
    for name in names.iter().take(MOST).chain([&other]) {
        for value in values_of(name, &mut are_enough) {
            found.push(plain.carrying(name, value));
        }
    }
    Candidates { all: found, are_enough }
}

impl Sent {
    fn carrying(&self, name: &str, value: ParameterValue) -> Sent {
        let mut sent = self.clone();
        sent.data.retain(|(own, _)| own != name);
        sent.data.push((name.to_owned(), value));
        sent
    }
}

/// Values of a parameter, of which one shows what some constraints refuse and others do not, if there is one: a text that
/// two of the listed patterns match and no other has to. The plainest come first.
fn values(all: &[&Terms], name: &str, are_enough: &mut bool) -> Vec<ParameterValue> {
    let maps = all.iter().flat_map(|terms| terms.constraints.listed());
    let listed: Vec<&ParameterValue> = maps.filter_map(|map| map.get(name)).flatten().collect();
    let mut texts: BTreeSet<&str> = BTreeSet::new();
    let mut rest: Vec<ParameterValue> = Vec::new();
    let mut add = |value: &ParameterValue| {
        if !rest.contains(value) {
            rest.push(value.clone());
        }
    };
    let mut open: Vec<&ParameterValue> = listed.clone();
    while let Some(value) = open.pop() {
        match value {
            ParameterValue::Text(_) => {}
            ParameterValue::List(items) => {
                add(value);
                open.extend(items);
            }
            _ => add(value),
        }
        if let ParameterValue::Text(text) = value {
            texts.insert(text);
        }
    }
    // What no pattern with a star matches a part of, so that it can stand between what patterns say.
    let is_foreign = |word: &&str| {
        texts.iter().all(|text| match text.contains('*') {
            true => !word.chars().any(|it| text.contains(it)),
            false => !text.contains(*word),
        })
    };
    let foreign = ["some-value", "qqq", "777", "~~~"].into_iter().find(is_foreign).unwrap_or("\u{b7}");
    *are_enough &= texts.len() <= MOST && rest.len() <= MOST;
    let texts: Vec<&str> = texts.into_iter().take(MOST).collect();
    let mut words: Vec<String> = vec![foreign.to_owned()];
    words.extend(texts.iter().map(|text| text.trim_matches('*').to_owned()));
    words.extend(texts.iter().map(|text| text.replace('*', foreign)));
    // A star alone and stars inside are plain.
    words.extend(texts.iter().map(|text| (*text).to_owned()));
    for one in &texts {
        for other in &texts {
            words.extend(joined(one, other, foreign));
        }
    }
    let mut seen = BTreeSet::new();
    words.retain(|word| seen.insert(word.clone()));
    let mut values: Vec<ParameterValue> =
        words.iter().filter(|word| !word.is_empty()).map(|word| ParameterValue::Text(word.clone())).collect();
    values.push(ParameterValue::Number("7".to_owned()));
    values.extend([ParameterValue::Bool(true), ParameterValue::Bool(false)]);
    values.extend(rest.into_iter().take(MOST));
    values.extend([ParameterValue::Text(String::new()), ParameterValue::Null]);
    let alone = words.into_iter().map(|word| ParameterValue::List(vec![ParameterValue::Text(word)]));
    values.extend(alone);
    values.extend([ParameterValue::List(Vec::new()), ParameterValue::Object(Vec::new())]);
    values
}

/// A text that both patterns match, with something foreign between what each of them says.
fn joined(one: &str, other: &str, foreign: &str) -> Option<String> {
    let part = |text: &str| {
        let (starts, ends) = (text.ends_with('*'), text.starts_with('*'));
        (text.trim_matches('*').to_owned(), starts, ends)
    };
    let ((own, own_starts, own_ends), (text, starts, ends)) = (part(one), part(other));
    match ((own_starts, own_ends), (starts, ends)) {
        ((true, false), (false, true)) => Some(format!("{own}{foreign}{text}")),
        ((true, false), (true, true)) => Some(format!("{own}{foreign}{text}{foreign}")),
        ((true, true), (false, true)) => Some(format!("{foreign}{own}{foreign}{text}")),
        ((true, true), (true, true)) => Some(format!("{foreign}{own}{foreign}{text}{foreign}")),
        _ => None,
    }
}
