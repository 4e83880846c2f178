//! Settings that bear on how long, from where and in which way tokens are issued.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::super::{Change, Comparison, Direction, Evidence, Side, What};
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{FieldKind, FieldSpec, FieldValue, Fields};
use crate::semantics::login::SystemLimits;
use crate::semantics::{generated_rules, namespace_selector, rbac};
use crate::syntax::{SourceId, Span, yaml};

/// What the fields of one object are compared as.
pub(super) struct Object<'o> {
    /// ``auth role `kubernetes/web` ``.
    pub(super) of: String,
    /// For whom it counts.
    pub(super) who: Vec<String>,
    /// The fields that the endpoint has.
    pub(super) table: &'static [FieldSpec],
    /// Those that are compared elsewhere.
    pub(super) skip: &'o [&'o str],
    /// What holds for durations that are not set, before and now.
    pub(super) limits: (Limits, Limits),
}

/// What holds where durations are not set, and how long they count at most.
#[derive(Debug, Clone, Copy)]
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

/// Compares the fields of an object that both sides have.
pub(super) fn compare(object: &Object<'_>, old: &Fields, new: &Fields, comparison: &mut Comparison) {
    let compared = object.table.iter().filter(|spec| {
        spec.replaced_by.is_none() && spec.name != "description" && !object.skip.contains(&spec.name)
    });
    for spec in compared {
        let (before, now) = (value(old, spec), value(new, spec));
        let Some(direction) = direction(spec, &before, &now, object.limits) else { continue };
        let mut evidence = Vec::new();
        for (side, fields) in [(Side::Old, old), (Side::New, new)] {
            if let Some(field) = fields.get(spec.name) {
                let text = format!("{} sets `{}`", object.of, field.key);
                evidence.push(Evidence { side, span: field.span, text });
            }
        }
        let what = What::Setting {
            of: object.of.clone(),
            name: spec.name.to_owned(),
            before: old.get(spec.name).map(|field| shown(spec, &field.value)),
            after: new.get(spec.name).map(|field| shown(spec, &field.value)),
        };
        comparison.changes.push(Change { direction, who: object.who.clone(), what, evidence });
    }
}

/// What is written of a setting, and where; nothing if it is not set.
pub(super) type Written = Option<(String, Span)>;

/// A setting that is no field of an endpoint.
pub(super) fn plain(
    object: (&str, &[String]),
    name: &str,
    (before, after): (Written, Written),
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
    let direction = Direction::Changed;
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

/// Whether the new value gives more; nothing if it comes to the same.
fn direction(
    spec: &FieldSpec,
    old: &FieldValue,
    new: &FieldValue,
    limits: (Limits, Limits),
) -> Option<Direction> {
    use FieldValue::{Bool, Duration, Integer, List, Map, Text};
    let by = |more: bool, less: bool| match (more, less) {
        (true, false) => Direction::Gained,
        (false, true) => Direction::Lost,
        _ => Direction::Changed,
    };
    match (old, new) {
        (Duration(old), Duration(new)) => {
            let (old, new) = (lasting(spec.name, *old, limits.0), lasting(spec.name, *new, limits.1));
            (old != new).then(|| by(new > old, new < old))
        }
        (Integer(old), Integer(new)) => {
            let count = |uses: i64| if uses == 0 { i64::MAX } else { uses };
            (old != new).then(|| by(count(*new) > count(*old), count(*new) < count(*old)))
        }
        (Bool(old), Bool(new)) => (old != new).then(|| match spec.name {
            "token_no_default_policy" | "token_strictly_bind_ip" => by(*old, *new),
            "disable_iss_validation" => by(*new, *old),
            _ => Direction::Changed,
        }),
        (List(old), List(new)) => {
            let set = |list: &[crate::syntax::Spanned<String>]| -> BTreeSet<String> {
                list.iter().map(|item| item.value.clone()).collect()
            };
            of_lists(spec.name, &set(old), &set(new))
        }
        (Map(old), Map(new)) => {
            let pairs = |map: &[(crate::syntax::Spanned<String>, crate::syntax::Spanned<String>)]| {
                map.iter()
                    .map(|(key, value)| (key.value.clone(), value.value.clone()))
                    .collect::<BTreeSet<_>>()
            };
            (pairs(old) != pairs(new)).then_some(Direction::Changed)
        }
        (Text(old), Text(new)) => of_texts(spec, old, new),
        _ => (old != new).then_some(Direction::Changed),
    }
}

/// How long a duration lets a token live, in seconds.
fn lasting(name: &str, seconds: Seconds, limits: Limits) -> i64 {
    let set = (seconds.0 > 0).then_some(seconds);
    match name {
        "token_ttl" | "token_default_ttl" => set.unwrap_or(limits.default).min(limits.most).0,
        "token_max_ttl" => set.unwrap_or(limits.most).min(limits.most).0,
        "token_explicit_max_ttl" => set.map_or(i64::MAX, |seconds| seconds.0),
        "default_lease_ttl" | "max_lease_ttl" => set.unwrap_or(SystemLimits::default().max_lease_ttl).0,
        _ => seconds.0,
    }
}

fn of_lists(name: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) -> Option<Direction> {
    if old == new {
        return None;
    }
    let included: Option<(bool, bool)> = match name {
        "token_bound_cidrs" => Some((within_cidrs(old, new), within_cidrs(new, old))),
        "allowed_kubernetes_namespaces" => {
            let within = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
                those.contains("*") || these.is_subset(those)
            };
            Some((within(old, new), within(new, old)))
        }
        _ => None,
    };
    match included {
        Some((true, true)) => None,
        Some((true, false)) => Some(Direction::Gained),
        Some((false, true)) => Some(Direction::Lost),
        _ => Some(Direction::Changed),
    }
}

/// True if every address of `these` is one of `those`; an empty list stands for all.
fn within_cidrs(these: &BTreeSet<String>, those: &BTreeSet<String>) -> bool {
    if those.is_empty() {
        return true;
    }
    !these.is_empty()
        && these.iter().all(|one| {
            those.iter().any(|other| one == other || network(one).zip(network(other)).is_some_and(contains))
        })
}

/// Bits of the address, how many of them count, how many there are.
fn network(text: &str) -> Option<(u128, u32, u32)> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<u32>().ok()?)),
        None => (text, None),
    };
    let (bits, all) = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let length = length.unwrap_or(all);
    (length <= all).then_some((bits, length, all))
}

fn contains((one, other): ((u128, u32, u32), (u128, u32, u32))) -> bool {
    let ((own, own_length, own_all), (bits, length, all)) = (one, other);
    let rest = all - length;
    own_all == all && own_length >= length && (rest >= 128 || own >> rest == bits >> rest)
}

fn of_texts(spec: &FieldSpec, old: &str, new: &str) -> Option<Direction> {
    match spec.kind {
        FieldKind::Selector => {
            let read = |text: &str| {
                namespace_selector::read(text).map(|mut read| {
                    read.labels.sort();
                    (read.labels, read.expressions)
                })
            };
            return (old != new && read(old) != read(new)).then_some(Direction::Changed);
        }
        FieldKind::RoleRules => return of_rules(old, new),
        _ => {}
    }
    let (old, new) = (old.trim(), new.trim());
    match spec.name {
        "kubernetes_role_type" if old.eq_ignore_ascii_case(new) => None,
        _ if old == new => None,
        "audience" if new.is_empty() => Some(Direction::Gained),
        "audience" if old.is_empty() => Some(Direction::Lost),
        "kubernetes_role_type" if new.eq_ignore_ascii_case("ClusterRole") => Some(Direction::Gained),
        "kubernetes_role_type" => Some(Direction::Lost),
        "listing_visibility" if new == "unauth" => Some(Direction::Gained),
        "listing_visibility" => Some(Direction::Lost),
        _ => Some(Direction::Changed),
    }
}

/// Rules of a role that is made for each credential: more of them give more.
fn of_rules(old: &str, new: &str) -> Option<Direction> {
    let nowhere = Span::new(SourceId(u32::MAX), 0..0);
    let rules = |text: &str| -> Option<BTreeSet<Vec<Vec<String>>>> {
        if text.trim().is_empty() {
            return Some(BTreeSet::new());
        }
        let read = generated_rules::read(text, nowhere)?;
        let words = read.rules.iter().map(|rule| {
            let lists = rbac::words(rule).map(|list| {
                let mut list: Vec<String> = list.into_iter().map(str::to_owned).collect();
                list.sort();
                list.dedup();
                list
            });
            lists.to_vec()
        });
        Some(words.collect())
    };
    let texts_differ = || {
        let tree = |text: &str| {
            let documents = yaml::parse(text, SourceId(u32::MAX)).documents;
            documents.into_iter().next().map(|document| document.root.to_json())
        };
        tree(old) != tree(new)
    };
    match (rules(old), rules(new)) {
        (Some(old), Some(new)) if old == new => None,
        (Some(old), Some(new)) if old.is_subset(&new) => Some(Direction::Gained),
        (Some(old), Some(new)) if new.is_subset(&old) => Some(Direction::Lost),
        _ => texts_differ().then_some(Direction::Changed),
    }
}

/// A value for people.
fn shown(spec: &FieldSpec, value: &FieldValue) -> String {
    if spec.secret {
        return "a secret".to_owned();
    }
    match value {
        FieldValue::Text(text) => {
            let text = text.trim();
            match text.lines().count() {
                0 | 1 => text.to_owned(),
                lines => format!("{} … ({lines} lines)", text.lines().next().unwrap_or_default()),
            }
        }
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
