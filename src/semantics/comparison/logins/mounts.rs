//! Settings of auth methods, of secrets mounts, and of the Kubernetes secrets engine.

use std::collections::BTreeMap;

use super::super::{Change, Comparison, Direction, Evidence, Side, What};
use super::settings::{self, Limits, Object};
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AuthMount};
use crate::model::vault::field::Fields;
use crate::model::vault::mount::{MOUNT, Mount};
use crate::model::vault::secrets_role::{KubernetesEngine, SECRETS_CONFIG, SECRETS_ROLE, SecretsRole};
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
    let role = |access: &Access<'_>, role: &SecretsRole| {
        (namespace(access, role.span), format!("{}/{}", role.mount, role.name.value.to_lowercase()))
    };
    let (of_old, of_new) = (&old.project().secrets_roles, &new.project().secrets_roles);
    for (label, pair) in paired(of_old, of_new, |it| role(old, it), |it| role(new, it)) {
        let limits = (engine_limits(old, pair.0), engine_limits(new, pair.1));
        secrets_role(&label, pair, limits, comparison);
    }
}

type Pair<'p, T> = (Option<&'p T>, Option<&'p T>);

/// What both sides have under one name; of several, the last.
fn paired<'p, T>(
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
fn namespace(access: &Access<'_>, place: Span) -> String {
    let spec = access.project().spec_of(place);
    let name = spec.and_then(|spec| spec.vault_namespace.as_ref());
    let name = name.map_or("", |name| name.value.trim_matches('/'));
    if name.is_empty() { String::new() } else { format!("{name}/") }
}

fn auth_mount(label: &str, old: &AuthMount, new: &AuthMount, comparison: &mut Comparison) {
    let of = format!("auth method `{label}`");
    let who = vec![format!("whoever logs in at `{label}`")];
    let kind = |mount: &AuthMount| Some((mount.method.value.clone(), mount.method.span));
    settings::plain((&of, &who), "type", (kind(old), kind(new)), comparison);
    let reviewer = |mount: &AuthMount| {
        let reviewer = mount.reviewer.as_ref()?;
        Some((format!("{}/{}", reviewer.namespace, reviewer.service_account), reviewer.span))
    };
    settings::plain((&of, &who), "reviewer", (reviewer(old), reviewer(new)), comparison);
    let limits = (Limits::default(), Limits::default());
    let object = Object { of: of.clone(), who: who.clone(), table: &AUTH_MOUNT, skip: &[], limits };
    settings::compare(&object, &old.settings, &new.settings, comparison);
    let object = Object { of, who, table: &AUTH_CONFIG, skip: &[], limits };
    config(&object, old.config.as_ref(), new.config.as_ref(), comparison);
}

fn mount(label: &str, old: &Mount, new: &Mount, comparison: &mut Comparison) {
    let of = format!("secrets mount `{label}`");
    let who = vec![format!("whoever uses the mount `{label}`")];
    let kind = |mount: &Mount| Some((mount.engine.type_name().to_owned(), mount.evidence));
    settings::plain((&of, &who), "type", (kind(old), kind(new)), comparison);
    let limits = (Limits::default(), Limits::default());
    let object = Object { of, who, table: &MOUNT, skip: &[], limits };
    config(&object, old.settings.as_ref(), new.settings.as_ref(), comparison);
}

fn engine(label: &str, old: &KubernetesEngine, new: &KubernetesEngine, comparison: &mut Comparison) {
    let of = format!("secrets mount `{label}`");
    let who = vec![format!("whoever uses the mount `{label}`")];
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

/// How long the credentials of a secrets role live where it says nothing, and at most.
fn engine_limits(access: &Access<'_>, role: Option<&SecretsRole>) -> Limits {
    let mut engines = access.project().engines.iter();
    let engine = role.and_then(|role| engines.find(|engine| engine.path.value == role.mount));
    let tuned = |name: &str| {
        let seconds = engine?.settings.duration(name)?.value;
        (seconds.0 > 0).then_some(seconds)
    };
    let limits = Limits::default();
    Limits {
        default: tuned("default_lease_ttl").unwrap_or(limits.default),
        most: tuned("max_lease_ttl").unwrap_or(limits.most),
    }
}

fn secrets_role(
    label: &str,
    (old, new): Pair<'_, SecretsRole>,
    limits: (Limits, Limits),
    comparison: &mut Comparison,
) {
    let of = format!("secrets engine role `{label}`");
    let (mount, name) = label.rsplit_once('/').unwrap_or(("", label));
    let who = vec![format!("whoever may use `{mount}/creds/{name}`")];
    let (direction, side, role) = match (old, new) {
        (None, None) => return,
        (Some(old), Some(new)) => {
            let object = Object { of, who, table: &SECRETS_ROLE, skip: &[], limits };
            return settings::compare(&object, &old.fields, &new.fields, comparison);
        }
        (None, Some(role)) => (Direction::Gained, Side::New, role),
        (Some(role), None) => (Direction::Lost, Side::Old, role),
    };
    let present = Some(minted(role));
    let (before, after) = if side == Side::Old { (present, None) } else { (None, present) };
    let what = What::Setting { of: of.clone(), name: "role".to_owned(), before, after };
    let word = if side == Side::Old { "removed" } else { "added" };
    let evidence = vec![Evidence { side, span: role.name.span, text: format!("{of} is {word}") }];
    comparison.changes.push(Change { direction, who, what, evidence });
}

/// What a secrets role makes tokens for.
fn minted(role: &SecretsRole) -> String {
    let text =
        |name: &str| role.fields.text(name).map(|text| text.value.to_owned()).filter(|text| !text.is_empty());
    let for_whom = text("service_account_name")
        .map(|name| format!("tokens of the service account `{name}`"))
        .or_else(|| text("kubernetes_role_name").map(|name| format!("tokens bound to the role `{name}`")))
        .unwrap_or_else(|| "tokens bound to a role of its own".to_owned());
    let namespaces: Vec<String> =
        role.fields.list("allowed_kubernetes_namespaces").iter().map(|it| format!("`{it}`")).collect();
    match namespaces.is_empty() {
        true => for_whom,
        false => format!("{for_whom} in {}", namespaces.join(", ")),
    }
}
