//! Settings of auth methods, of secrets mounts, and of the mounts of the Kubernetes secrets engine.

use std::collections::BTreeMap;

use super::super::{Comparison, Direction, word};
use super::engine_roles;
use super::settings::{self, Limits, Object};
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AuthMount};
use crate::model::vault::field::Fields;
use crate::model::vault::mount::{MOUNT, Mount};
use crate::model::vault::secrets_role::{KubernetesEngine, SECRETS_CONFIG};
use crate::semantics::reach::Access;
use crate::syntax::Span;

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    let auth = |access: &Access<'_>, mount: &AuthMount| {
        (namespace(access, mount.span), mount.path.value.trim_matches('/').to_owned())
    };
    let (of_old, of_new) = (&old.project().auth_mounts, &new.project().auth_mounts);
    for (label, pair) in paired(of_old, of_new, |it| auth(old, it), |it| auth(new, it)) {
        if let (Some(before), Some(now)) = pair {
            auth_mount(&label, before, now, comparison);
        }
    }
    let declared =
        |access: &Access<'_>, mount: &Mount| (namespace(access, mount.evidence), mount.path.clone());
    let with_settings = |access: &'_ Access<'_>| -> Vec<Mount> {
        access.project().mounts.iter().filter(|mount| mount.settings.is_some()).cloned().collect()
    };
    let (of_old, of_new) = (with_settings(old), with_settings(new));
    for (label, pair) in paired(&of_old, &of_new, |it| declared(old, it), |it| declared(new, it)) {
        if let (Some(before), Some(now)) = pair {
            mount(&label, before, now, comparison);
        }
    }
    let own = |access: &Access<'_>, engine: &KubernetesEngine| {
        (namespace(access, engine.span), engine.path.value.clone())
    };
    let (of_old, of_new) = (&old.project().engines, &new.project().engines);
    for (label, pair) in paired(of_old, of_new, |it| own(old, it), |it| own(new, it)) {
        if let (Some(before), Some(now)) = pair {
            engine(&label, before, now, comparison);
        }
    }
    engine_roles::compare(old, new, comparison);
}

pub(super) type Pair<'p, T> = (Option<&'p T>, Option<&'p T>);

/// What both sides have under one name; of several, the last.
pub(super) fn paired<'p, T>(
    old: &'p [T],
    new: &'p [T],
    of_old: impl Fn(&T) -> (String, String),
    of_new: impl Fn(&T) -> (String, String),
) -> BTreeMap<String, Pair<'p, T>> {
    let mut pairs: BTreeMap<String, Pair<'p, T>> = BTreeMap::new();
    let label = |(namespace, path): (String, String)| format!("{namespace}{path}");
    for it in old {
        pairs.entry(label(of_old(it))).or_default().0 = Some(it);
    }
    for it in new {
        pairs.entry(label(of_new(it))).or_default().1 = Some(it);
    }
    pairs
}

/// The Vault namespace of what stands at a place: empty, or with a slash at the end.
pub(super) fn namespace(access: &Access<'_>, place: Span) -> String {
    let spec = access.project().spec_of(place);
    let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
    let name = name.map_or("", |name| name.value.trim_matches('/'));
    if name.is_empty() { String::new() } else { format!("{name}/") }
}

/// ``auth method `kubernetes` ``.
pub(super) fn auth_method_words(label: &str) -> String {
    format!("auth method {}", word(label))
}

fn auth_mount(label: &str, old: &AuthMount, new: &AuthMount, comparison: &mut Comparison) {
    let of = auth_method_words(label);
    let who = vec![format!("whoever logs in at {}", word(label))];
    let kind = |mount: &AuthMount| Some((mount.method.value.clone(), mount.method.span));
    settings::plain((&of, &who), "type", (kind(old), kind(new)), Direction::Unclear, comparison);
    let reviewer = |mount: &AuthMount| {
        let reviewer = mount.reviewer.as_ref()?;
        Some((format!("{}/{}", reviewer.namespace, reviewer.service_account), reviewer.span))
    };
    let pair = (reviewer(old), reviewer(new));
    settings::plain((&of, &who), "reviewer", pair, Direction::Unclear, comparison);
    let limits = (Limits::default(), Limits::default());
    let object = Object { of: of.clone(), who: who.clone(), table: &AUTH_MOUNT, skip: &[], limits };
    settings::compare(&object, &old.settings, &new.settings, comparison);
    let object = Object { of, who, table: &AUTH_CONFIG, skip: &[], limits };
    config(&object, old.config.as_ref(), new.config.as_ref(), comparison);
}

fn mount(label: &str, old: &Mount, new: &Mount, comparison: &mut Comparison) {
    let of = format!("secrets mount {}", word(label));
    let who = vec![format!("whoever uses the mount {}", word(label))];
    let kind = |mount: &Mount| Some((mount.engine.type_name().to_owned(), mount.evidence));
    settings::plain((&of, &who), "type", (kind(old), kind(new)), Direction::Unclear, comparison);
    let limits = (Limits::default(), Limits::default());
    let object = Object { of, who, table: &MOUNT, skip: &[], limits };
    config(&object, old.settings.as_ref(), new.settings.as_ref(), comparison);
}

fn engine(label: &str, old: &KubernetesEngine, new: &KubernetesEngine, comparison: &mut Comparison) {
    let of = format!("secrets mount {}", word(label));
    let who = vec![format!("whoever uses the mount {}", word(label))];
    let limits = (Limits::default(), Limits::default());
    let object = Object { of: of.clone(), who: who.clone(), table: &MOUNT, skip: &[], limits };
    settings::compare(&object, &old.settings, &new.settings, comparison);
    let object = Object { of, who, table: &SECRETS_CONFIG, skip: &[], limits };
    config(&object, old.config.as_ref(), new.config.as_ref(), comparison);
}

fn config(object: &Object<'_>, old: Option<&Fields>, new: Option<&Fields>, comparison: &mut Comparison) {
    let none = Fields::default();
    settings::compare(object, old.unwrap_or(&none), new.unwrap_or(&none), comparison);
}
