//! Who may log in, and for how long.
//!
//! A role admits each of its names from each of its namespaces; both lists are globs. Whom it admits now and did not
//! before is found exactly: some name of the new list that the old one does not admit, with any namespace, or the other
//! way round. Labels that a selector asks for are known of declared namespaces only.

pub(super) mod addresses;
pub(super) mod engine_roles;
mod globs;
mod labels;
mod lifetimes;
mod mounts;
mod renamed;
mod selectors;
mod settings;

use std::collections::BTreeMap;

use super::vault::identities::{WhoIs, stranger_in_words};
use super::vault::side::Selector;
use super::{Change, Comparison, Direction, Doubt, Evidence, Side, What, word};
use crate::model::vault::auth_role::{AUTH_ROLE, AuthRole};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::{AuthMethod, Issued, Outcome, attempt, token_of};
use crate::semantics::reach::Access;
use crate::syntax::{Span, Spanned};
use globs::{Kind, TooComplex, beyond};
use settings::{Limits, Object};

const NAMES: &str = "bound_service_account_names";
const NAMESPACES: &str = "bound_service_account_namespaces";
const SELECTOR: &str = "bound_service_account_namespace_selector";

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    let mut roles = Roles::new();
    for (side, access) in [(Side::Old, old), (Side::New, new)] {
        for (method, role) in access.roles() {
            let key = (method.namespace.clone(), method.path.to_owned(), role.name.value.to_lowercase());
            let (before, now) = roles.entry(key).or_default();
            let way = Way { side, access, method, role };
            if side == Side::Old { before.push(way) } else { now.push(way) }
        }
    }
    mounts::compare(old, new, comparison);
    // Of several, the server has the one that was written last.
    let mut pairs: Vec<Pair<'_, '_, '_>> = Vec::with_capacity(roles.len());
    for (key, (before, now)) in &roles {
        pairs.push(Pair { key, old: before.last(), new: now.last() });
    }
    for pair in renamed::joined(pairs) {
        of_role(&pair, comparison);
    }
    for ((namespace, mount, name), (before, now)) in &roles {
        let label = word(format!("{namespace}{mount}/{name}"));
        let several = [before, now].into_iter().find(|ways| ways.len() > 1);
        if let Some(way) = several.and_then(|ways| ways.last()).filter(|_| before.len() != now.len()) {
            let text =
                format!("the auth role {label} is defined more than once, and the last one is compared");
            comparison.doubts.push(Doubt { side: way.side, text, place: Some(way.role.name.span) });
        }
    }
}

/// By Vault namespace, mount and name: the definitions before and now.
type Roles<'q, 'a> = BTreeMap<Key, (Vec<Way<'q, 'a>>, Vec<Way<'q, 'a>>)>;

type Key = (String, String, String);

/// An auth role before and now.
struct Pair<'r, 'q, 'a> {
    /// Where it is now, if it still is.
    key: &'r Key,
    old: Option<&'r Way<'q, 'a>>,
    new: Option<&'r Way<'q, 'a>>,
}

/// An auth role of one side.
#[derive(Clone, Copy)]
struct Way<'q, 'a> {
    side: Side,
    access: &'q Access<'a>,
    method: &'q AuthMethod<'a>,
    role: &'q AuthRole,
}

/// Somebody whom a role admits.
struct Admitted {
    who: WhoIs,
    /// One of them.
    namespace: String,
    name: String,
    /// The entries that admit it.
    places: Vec<Span>,
    /// The namespace is chosen by its labels.
    selected: bool,
}

fn of_role(pair: &Pair<'_, '_, '_>, comparison: &mut Comparison) {
    let (namespace, mount, name) = pair.key;
    let label = format!("{namespace}{mount}/{name}");
    let label = label.as_str();
    let (old, new) = (pair.old, pair.new);
    let issues = |way: &&Way<'_, '_>| way.issued().is_some();
    let (of_old, of_new) = (old.filter(issues), new.filter(issues));
    // What servers refuse on both sides is told where it is reported as malformed.
    if let (Some(_), Some(way), None) = (of_old, new, of_new)
        && let Err(refusal) = token_of(way.role, way.method, way.dialect())
    {
        let text =
            format!("nobody gets a token of the auth role {} as it is written: {}", word(label), refusal.why);
        comparison.doubts.push(Doubt { side: Side::New, text, place: Some(refusal.span) });
    }
    match (of_old, of_new) {
        (None, None) => {}
        (None, Some(way)) => whole(label, way, Direction::Gained, comparison),
        (Some(way), None) => whole(label, way, Direction::Lost, comparison),
        (Some(old), Some(new)) => {
            if old.role.name.value.to_lowercase() != *name {
                renamed::tell(label, old, new, comparison);
            }
            bounds(label, old, new, Direction::Gained, comparison);
            bounds(label, new, old, Direction::Lost, comparison);
            selectors::compare(label, old, new, comparison);
            settings_of(label, mount_words(pair.key), old, new, comparison);
        }
    }
}

/// What to call the mount of an auth role.
fn mount_words((namespace, mount, _): &Key) -> String {
    mounts::auth_method_words(&format!("{namespace}{mount}"))
}

fn settings_of(
    label: &str,
    mount: String,
    old: &Way<'_, '_>,
    new: &Way<'_, '_>,
    comparison: &mut Comparison,
) {
    let mut skip = vec![NAMES, NAMESPACES, SELECTOR, "token_policies"];
    skip.extend(lifetimes::FIELDS);
    let issued = old.issued().zip(new.issued());
    // The mount may have the last word, and `default` is one of the others.
    if issued.as_ref().is_some_and(|(before, now)| before.token_type == now.token_type) {
        skip.push("token_type");
    }
    let limits = |method: &AuthMethod<'_>| Limits {
        default: method.default_lease_ttl(),
        most: method.max_lease_ttl(),
    };
    let object = Object {
        of: format!("auth role {}", word(label)),
        who: sorted(admitted(new)),
        table: &AUTH_ROLE,
        skip: &skip,
        limits: (limits(old.method), limits(new.method)),
    };
    let fields = (&old.role.fields, &new.role.fields);
    settings::compare(&object, fields.0, fields.1, comparison);
    if let Some((before, now)) = &issued {
        lifetimes::compare(&object, fields, (before, now), &mount, comparison);
    }
}

/// A role that only one side has.
fn whole(label: &str, way: &Way<'_, '_>, direction: Direction, comparison: &mut Comparison) {
    let admitted: Vec<Admitted> =
        admitted(way).into_iter().filter(|it| way.admits(it) != Some(false)).collect();
    let Some(first) =
        admitted.iter().min_by(|one, other| (one.selected, &one.who).cmp(&(other.selected, &other.who)))
    else {
        return;
    };
    let witness = format!("{}/{}", first.namespace, first.name);
    let text = match direction {
        Direction::Lost => format!("{} is removed", way.role.words()),
        _ => format!("{} is added", way.role.words()),
    };
    let evidence = vec![Evidence { side: way.side, span: way.role.name.span, text }];
    let what = What::Logins { role: label.to_owned(), witness };
    comparison.changes.push(Change { direction, who: sorted(admitted), what, evidence });
}

/// Whom `more` admits and `less` does not, by its lists.
fn bounds(
    label: &str,
    less: &Way<'_, '_>,
    more: &Way<'_, '_>,
    direction: Direction,
    comparison: &mut Comparison,
) {
    let found = match beyond_lists(more, less) {
        Ok(found) => found,
        Err(TooComplex) => {
            let text = format!("too complex: whom else the auth role {} admits is not told", word(label));
            let place = Some(more.role.name.span);
            return comparison.doubts.push(Doubt { side: more.side, text, place });
        }
    };
    let mut certain = Vec::new();
    let mut uncertain = Vec::new();
    for somebody in found {
        match (more.admits(&somebody), less.admits(&somebody)) {
            (Some(true), Some(false)) => certain.push(somebody),
            // The selector of the other side takes them in already, whatever the lists say.
            (_, Some(true)) => {}
            (Some(false), _) if somebody.selected => {}
            (Some(false), _) => comparison.contradictions.push(format!(
                "the lists of the auth role {} admit {}, and its login is refused",
                word(label),
                word(format!("{}/{}", somebody.namespace, somebody.name))
            )),
            (None, _) | (_, None) => uncertain.push(somebody),
        }
    }
    if less.method.reviewing() != more.method.reviewing() && !uncertain.is_empty() {
        certain.append(&mut uncertain);
    }
    for (all, direction) in [(certain, direction), (uncertain, Direction::Unclear)] {
        let Some(first) = all.iter().min_by(|one, other| one.who.cmp(&other.who)) else { continue };
        let witness = format!("{}/{}", first.namespace, first.name);
        let mut evidence: Vec<Evidence> = Vec::new();
        for place in all.iter().flat_map(|it| &it.places) {
            if !evidence.iter().any(|known| known.span == *place) {
                let text = format!("{} admits it", more.role.words());
                evidence.push(Evidence { side: more.side, span: *place, text });
            }
        }
        for name in [NAMES, NAMESPACES] {
            if let Some(field) = less.role.fields.get(name)
                && values(less.role, name) != values(more.role, name)
            {
                let text = format!("`{name}` of {} on the other side", less.role.words());
                evidence.push(Evidence { side: less.side, span: field.span, text });
            }
        }
        evidence.sort_by_key(|it| (it.side, it.span));
        if direction == Direction::Unclear {
            let text = format!(
                "whom the auth role {} admits hangs on labels of namespaces that are not known",
                word(label)
            );
            comparison.doubts.push(Doubt { side: more.side, text, place: Some(more.role.name.span) });
        }
        let what = What::Logins { role: label.to_owned(), witness };
        comparison.changes.push(Change { direction, who: sorted(all), what, evidence });
    }
}

/// For each pair of entries of `more` that admits somebody whom the lists of `less` do not, one of them.
fn beyond_lists(more: &Way<'_, '_>, less: &Way<'_, '_>) -> Result<Vec<Admitted>, TooComplex> {
    let (names, namespaces) = (less.names(), less.namespaces());
    let mut found = Vec::new();
    let selected = more.selector().is_some();
    for name in more.role.names() {
        let fresh_name = beyond(name.as_str(), &names, Kind::Account)?;
        for namespace in more.role.namespaces() {
            let fresh_namespace = beyond(namespace.as_str(), &namespaces, Kind::Namespace)?;
            let (own_name, own_namespace) = match (&fresh_name, &fresh_namespace) {
                (Some(name), _) => (Some(name.clone()), beyond(namespace.as_str(), &[], Kind::Namespace)?),
                (None, Some(namespace)) => {
                    (beyond(name.as_str(), &[], Kind::Account)?, Some(namespace.clone()))
                }
                (None, None) => continue,
            };
            let (Some(own_name), Some(own_namespace)) = (own_name, own_namespace) else { continue };
            let mut places = Vec::new();
            places.extend(fresh_name.as_ref().map(|_| name.span));
            places.extend(fresh_namespace.as_ref().map(|_| namespace.span));
            found.push(Admitted {
                who: who(name.as_str(), namespace.as_str()),
                namespace: own_namespace,
                name: own_name,
                places,
                selected: false,
            });
        }
        if let Some(fresh) = fresh_name.filter(|_| selected) {
            found.push(more.selected(name, fresh));
        }
    }
    Ok(found)
}

impl<'q> Way<'q, '_> {
    fn dialect(&self) -> Dialect {
        self.access.dialects_at(self.role.span).first().copied().unwrap_or(Dialect::VaultCurrent)
    }

    /// The token that it issues; nothing if servers refuse the role.
    fn issued(&self) -> Option<Issued<'q>> {
        token_of(self.role, self.method, self.dialect()).ok()
    }

    fn names(&self) -> Vec<&'q str> {
        self.role.names().iter().map(Spanned::as_str).collect()
    }

    fn namespaces(&self) -> Vec<&'q str> {
        self.role.namespaces().iter().map(Spanned::as_str).collect()
    }

    fn selector(&self) -> Option<Selector<'q>> {
        let text = self.role.fields.text(SELECTOR);
        text.filter(|text| !text.value.is_empty()).map(Selector::of)
    }

    /// What comes of a login; nothing if it hangs on labels that are not known.
    fn admits(&self, somebody: &Admitted) -> Option<bool> {
        let caller = self.access.caller(&somebody.namespace, &somebody.name);
        match attempt(&caller, self.role, self.method, self.dialect()) {
            Outcome::Accepted(_) => Some(true),
            Outcome::Refused(_) => Some(false),
            Outcome::Unknown { missing, .. } => {
                let is_label = |it: &crate::semantics::login::Missing| {
                    matches!(it, crate::semantics::login::Missing::NamespaceLabels(_))
                };
                (!missing.iter().any(is_label)).then_some(true)
            }
        }
    }

    /// Somebody in a namespace that the selector selects; a declared one, if there is one.
    fn selected(&self, name: &Spanned<String>, own: String) -> Admitted {
        let named = if name.value.contains('*') { "any service account" } else { "the service account" };
        let who = WhoIs::Stranger(format!(
            "{named} {} of namespaces that are selected by labels",
            word(name.as_str())
        ));
        let project = self.access.project();
        let mut somebody =
            Admitted { who, namespace: String::new(), name: own, places: vec![name.span], selected: true };
        for namespace in &project.kubernetes_namespaces {
            somebody.namespace.clone_from(&namespace.meta.name.value);
            if self.admits(&somebody) == Some(true) {
                return somebody;
            }
        }
        somebody.namespace = "some-other".to_owned();
        somebody
    }
}

/// Whom a role admits: one for each pair of entries.
fn admitted(way: &Way<'_, '_>) -> Vec<Admitted> {
    let mut all = Vec::new();
    for name in way.role.names() {
        let Ok(Some(own_name)) = beyond(name.as_str(), &[], Kind::Account) else { continue };
        for namespace in way.role.namespaces() {
            let Ok(Some(own)) = beyond(namespace.as_str(), &[], Kind::Namespace) else { continue };
            all.push(Admitted {
                who: who(name.as_str(), namespace.as_str()),
                namespace: own,
                name: own_name.clone(),
                places: Vec::new(),
                selected: false,
            });
        }
        if way.selector().is_some() {
            all.push(way.selected(name, own_name));
        }
    }
    all
}

fn who(name: &str, namespace: &str) -> WhoIs {
    if name.contains('*') || namespace.contains('*') {
        WhoIs::Stranger(stranger_in_words(name, namespace))
    } else {
        WhoIs::Account(format!("{namespace}/{name}"))
    }
}

fn sorted(all: Vec<Admitted>) -> Vec<String> {
    let mut who: Vec<WhoIs> = all.into_iter().map(|it| it.who).collect();
    who.sort();
    who.dedup();
    who.iter().map(|who| who.text().to_owned()).collect()
}

fn values<'r>(role: &'r AuthRole, field: &str) -> Vec<&'r str> {
    let mut values: Vec<&str> = role.fields.list(field).iter().map(Spanned::as_str).collect();
    values.sort_unstable();
    values.dedup();
    values
}
