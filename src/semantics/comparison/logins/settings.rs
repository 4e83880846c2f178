//! Settings that bear on how long, from where and in which way tokens are issued.
//!
//! Each has a direction where the set of what it lets through grows or shrinks for certain. What merely names something
//! else (another host, another key of a server, a template) is unclear: who gains by it cannot be told from it.

use std::collections::BTreeSet;

use super::super::{Change, Comparison, Direction, Evidence, Side, What};
use super::addresses;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{FieldKind, FieldSpec, FieldValue, Fields};
use crate::semantics::login::SystemLimits;
use crate::syntax::{Span, Spanned};

/// What the fields of one object are compared as.
pub(super) struct Object<'o> {
    /// ``auth role `kubernetes/web` ``.
    pub(super) of: String,
    /// For whom it counts.
    pub(super) who: Vec<String>,
    /// The fields that the endpoint has.
    pub(super) table: &'static [FieldSpec],
    /// Those that are compared elsewhere, and those that have no effect.
    pub(super) skip: &'o [&'o str],
    /// What holds for durations that are not set, before and now.
    pub(super) limits: (Limits, Limits),
}

/// What holds where durations are not set, and how long they count at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) default: Seconds,
    pub(super) most: Seconds,
}

impl Default for Limits {
    fn default() -> Limits {
        let system = SystemLimits::default();
        Limits { default: system.default_lease_ttl, most: system.max_lease_ttl }
    }
}

/// More, less, both, or neither.
pub(super) fn ways(more: bool, less: bool) -> Vec<Direction> {
    let all = [(more, Direction::Gained), (less, Direction::Lost)];
    all.into_iter().filter(|(is_so, _)| *is_so).map(|(_, direction)| direction).collect()
}

/// Compares the fields of an object that both sides have.
pub(super) fn compare(object: &Object<'_>, old: &Fields, new: &Fields, comparison: &mut Comparison) {
    let compared = object.table.iter().filter(|spec| {
        spec.replaced_by.is_none() && spec.name != "description" && !object.skip.contains(&spec.name)
    });
    for spec in compared {
        for direction in directions(spec, old, new, object.limits) {
            tell(object, spec.name, direction, (old, new), comparison);
        }
    }
}

/// Takes in a change of a field.
pub(super) fn tell(
    object: &Object<'_>,
    name: &'static str,
    direction: Direction,
    (old, new): (&Fields, &Fields),
    comparison: &mut Comparison,
) {
    let mut evidence = Vec::new();
    for (side, fields) in [(Side::Old, old), (Side::New, new)] {
        if let Some(field) = fields.get(name) {
            let text = format!("{} sets `{}`", object.of, field.key);
            evidence.push(Evidence { side, span: field.span, text });
        }
    }
    let (before, after) = shown(old, new, name);
    let what = What::Setting { of: object.of.clone(), name: name.to_owned(), before, after };
    comparison.changes.push(Change { direction, who: object.who.clone(), what, evidence });
}

/// What is written of a setting, and where; nothing if it is not set.
pub(super) type Written = Option<(String, Span)>;

/// A setting that is no field of an endpoint.
pub(super) fn plain(
    object: (&str, &[String]),
    name: &str,
    (before, after): (Written, Written),
    direction: Direction,
    comparison: &mut Comparison,
) {
    let text = |value: &Written| value.as_ref().map(|(text, _)| text.clone());
    if text(&before) == text(&after) {
        return;
    }
    let evidence = [(Side::Old, &before), (Side::New, &after)].into_iter().filter_map(|(side, value)| {
        let (_, span) = value.as_ref()?;
        Some(Evidence { side, span: *span, text: format!("{} sets `{name}`", object.0) })
    });
    let evidence = evidence.collect();
    let what = What::Setting {
        of: object.0.to_owned(),
        name: name.to_owned(),
        before: text(&before),
        after: text(&after),
    };
    comparison.changes.push(Change { direction, who: object.1.to_vec(), what, evidence });
}

/// The value that holds, with the default of the endpoint where none is written.
fn value(fields: &Fields, spec: &FieldSpec) -> FieldValue {
    if let Some(field) = fields.get(spec.name) {
        return match &field.value {
            FieldValue::Text(text) if text.is_empty() => FieldValue::Text(spec.default.to_owned()),
            other => other.clone(),
        };
    }
    match spec.kind {
        FieldKind::Text | FieldKind::Choice(_) | FieldKind::Selector | FieldKind::RoleRules => {
            FieldValue::Text(spec.default.to_owned())
        }
        FieldKind::List => FieldValue::List(Vec::new()),
        FieldKind::Duration => FieldValue::Duration(Seconds(0)),
        FieldKind::Bool => FieldValue::Bool(spec.default == "true"),
        FieldKind::Integer => FieldValue::Integer(0),
        FieldKind::Map => FieldValue::Map(Vec::new()),
    }
}

/// Whether the new value gives more, less, or both; nothing if it comes to the same.
fn directions(spec: &FieldSpec, old: &Fields, new: &Fields, limits: (Limits, Limits)) -> Vec<Direction> {
    use FieldValue::{Bool, Duration, Integer, List, Map, Text};
    match (value(old, spec), value(new, spec)) {
        (Duration(before), Duration(now)) => {
            // What the mount's limits make of the same duration is told of the mount.
            if before == now {
                return Vec::new();
            }
            let (before, now) = (lasting(spec.name, before, limits.0), lasting(spec.name, now, limits.1));
            ways(now > before, now < before)
        }
        (Integer(before), Integer(now)) => {
            let count = |uses: i64| if uses == 0 { i64::MAX } else { uses };
            ways(count(now) > count(before), count(now) < count(before))
        }
        (Bool(before), Bool(now)) if before == now => Vec::new(),
        (Bool(before), Bool(_)) => match spec.name {
            "token_no_default_policy" | "token_strictly_bind_ip" => ways(before, !before),
            "local" | "seal_wrap" | "external_entropy_access" | "force_no_cache" => vec![Direction::Changed],
            // Without a check of the issuer, or without an issuer to check, nothing hangs on the other.
            "disable_iss_validation" => {
                let is_named = |fields: &Fields| fields.text("issuer").is_some_and(|it| !it.value.is_empty());
                if before { ways(false, is_named(new)) } else { ways(is_named(old), false) }
            }
            _ => vec![Direction::Unclear],
        },
        (List(before), List(now)) => {
            let set = |list: &[Spanned<String>]| -> BTreeSet<String> {
                list.iter().map(|item| item.value.clone()).collect()
            };
            of_lists(spec.name, &set(&before), &set(&now))
        }
        (Map(before), Map(now)) => {
            let pairs = |map: &[(Spanned<String>, Spanned<String>)]| {
                map.iter()
                    .map(|(key, value)| (key.value.clone(), value.value.clone()))
                    .collect::<BTreeSet<_>>()
            };
            if pairs(&before) == pairs(&now) { Vec::new() } else { vec![Direction::Unclear] }
        }
        (Text(before), Text(now)) => of_texts(spec.name, before.trim(), now.trim(), (old, new)),
        (before, now) if before == now => Vec::new(),
        _ => vec![Direction::Unclear],
    }
}

/// How long a duration lets a token or a lease live, in seconds.
fn lasting(name: &str, seconds: Seconds, limits: Limits) -> i64 {
    let set = (seconds.0 > 0).then_some(seconds);
    match name {
        "token_default_ttl" => set.unwrap_or(limits.default).min(limits.most).0,
        "token_max_ttl" => set.unwrap_or(limits.most).min(limits.most).0,
        "default_lease_ttl" | "max_lease_ttl" => set.unwrap_or(SystemLimits::default().max_lease_ttl).0,
        _ => seconds.0,
    }
}

fn of_lists(name: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Vec<Direction> {
    if old == new {
        return Vec::new();
    }
    match name {
        "token_bound_cidrs" => match addresses::beyond(new, old) {
            Some((more, less)) => ways(more, less),
            None => vec![Direction::Unclear],
        },
        // Without keys, no signature is checked here; the API server is asked in any case.
        "pem_keys" if old.is_empty() || new.is_empty() => ways(new.is_empty(), old.is_empty()),
        // A request may ask for any other.
        "token_default_audiences" => vec![Direction::Changed],
        _ => ways(!new.is_subset(old), !old.is_subset(new)),
    }
}

fn of_texts(name: &str, before: &str, now: &str, (old, new): (&Fields, &Fields)) -> Vec<Direction> {
    if before == now {
        return Vec::new();
    }
    match name {
        "audience" => ways(!before.is_empty(), !now.is_empty()),
        "issuer" => {
            let is_checked = |fields: &Fields| {
                fields.bool("disable_iss_validation").is_some_and(|is_disabled| !is_disabled.value)
            };
            match (is_checked(old), is_checked(new)) {
                (true, true) => ways(!before.is_empty(), !now.is_empty()),
                // With the check that comes or goes, it is told.
                _ => Vec::new(),
            }
        }
        "listing_visibility" => ways(now == "unauth", now != "unauth"),
        _ => vec![Direction::Unclear],
    }
}

/// The values of a field for people. Where they look alike, what tells them apart.
fn shown(old: &Fields, new: &Fields, name: &str) -> (Option<String>, Option<String>) {
    let texts = |fields: &Fields| -> Option<(String, bool)> {
        let field = fields.get(name)?;
        Some((text_of(&field.value), field.spec.secret))
    };
    let (before, now) = (texts(old), texts(new));
    if before.as_ref().or(now.as_ref()).is_some_and(|(_, is_secret)| *is_secret) {
        let word = if before.is_some() { "another secret" } else { "a secret" };
        return (before.map(|_| "a secret".to_owned()), now.map(|_| word.to_owned()));
    }
    let lines = |text: &Option<(String, bool)>| -> Vec<String> {
        let lines = text.iter().flat_map(|(text, _)| text.lines().map(str::trim)).map(str::to_owned);
        lines.filter(|line| !line.is_empty()).collect()
    };
    let (one, other) = (lines(&before), lines(&now));
    let at = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let line = |lines: &[String]| match lines.get(at.min(lines.len().saturating_sub(1))) {
        Some(line) if lines.len() > 1 => format!("{line} … ({} lines)", lines.len()),
        Some(line) => line.clone(),
        None => String::new(),
    };
    (before.is_some().then(|| line(&one)), now.is_some().then(|| line(&other)))
}

fn text_of(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.trim().to_owned(),
        FieldValue::List(items) => items.iter().map(|item| item.as_str()).collect::<Vec<_>>().join(", "),
        FieldValue::Duration(seconds) => seconds.to_string(),
        FieldValue::Bool(value) => value.to_string(),
        FieldValue::Integer(number) => number.to_string(),
        FieldValue::Map(pairs) => {
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", ")
        }
        FieldValue::Invalid(fault) => fault.clone(),
    }
}
