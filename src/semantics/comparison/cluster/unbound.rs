//! Roles that no input binds. Something else may bind them, so whoever it binds is a party of its own.

use std::collections::{BTreeSet, HashMap};

use super::super::word;
use super::holdings::WHEREVER;
use super::minted::{Made, Minted, Spots};
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac::bootstrap;
use crate::semantics::reach::Access;
use crate::syntax::Spanned;

/// Kind, namespace (empty for a ClusterRole, [`WHEREVER`] for a Role without one) and name.
type Key = (RbacRoleKind, String, String);

/// The parties of the old and of the new project.
///
/// Of a role that a role of the Kubernetes secrets engine binds before as now, what changes is told of whoever may use that.
pub(super) fn of_both(
    old: &Access<'_>,
    new: &Access<'_>,
    engines: (&[Minted], &[Minted]),
) -> (Vec<Minted>, Vec<Minted>) {
    let (by_engines, by_engines_now) = (bound_by(engines.0), bound_by(engines.1));
    let told: BTreeSet<&Key> = by_engines.intersection(&by_engines_now).map(|(_, key)| key).collect();
    let (before, now) = (Side::of(old.project()), Side::of(new.project()));
    let mut keys: BTreeSet<&Key> = before.written.union(&now.written).collect();
    // What is added to these by a label is told by nobody else.
    keys.extend(before.extended.union(&now.extended));
    keys.retain(|key| !told.contains(key));
    keys.retain(|key| {
        let (of_old, of_new) = (before.has(key), now.has(key));
        let (held, holds) = (before.held.contains(*key), now.held.contains(*key));
        !match (of_old, of_new) {
            (true, true) => held && holds,
            (true, false) => held,
            _ => holds,
        }
    });
    let parties = |project: &Project| {
        // Of several, the last.
        let mut roles: HashMap<Key, &RbacRole> =
            bootstrap::newest_roles().iter().map(|role| (key(role), role)).collect();
        roles.extend(project.rbac_roles.iter().map(|role| (key(role), role)));
        keys.iter().filter_map(|key| Some(party(key, roles.get(*key)?))).collect()
    };
    (parties(old.project()), parties(new.project()))
}

/// The roles of a project.
struct Side {
    written: BTreeSet<Key>,
    /// Those of Kubernetes itself that take in some of them.
    extended: BTreeSet<Key>,
    /// Those whose rules somebody has, be it through another one that takes them in.
    held: BTreeSet<Key>,
}

impl Side {
    fn of(project: &Project) -> Side {
        let written = project.rbac_roles.iter().map(key).collect();
        let bindings = bootstrap::bindings().iter().chain(&project.bindings);
        let bindings = bindings.filter(|binding| !binding.subjects.is_empty());
        let mut held: BTreeSet<Key> = bindings.filter_map(referent).collect();
        let all: Vec<&RbacRole> = project.rbac_roles.iter().chain(bootstrap::newest_roles()).collect();
        let takes_in = |role: &RbacRole, part: &RbacRole| {
            part.kind == RbacRoleKind::ClusterRole
                && role.aggregation_selectors.iter().any(|selector| selector.selects(&part.meta))
        };
        let extended = bootstrap::newest_roles().iter().filter(|role| {
            bootstrap::is_extended(role) && project.rbac_roles.iter().any(|part| takes_in(role, part))
        });
        let extended = extended.map(key).collect();
        loop {
            let size = held.len();
            let aggregating = all.iter().filter(|role| !role.aggregation_selectors.is_empty());
            let holding: Vec<&&RbacRole> = aggregating.filter(|role| held.contains(&key(role))).collect();
            let parts = all.iter().filter(|part| holding.iter().any(|role| takes_in(role, part)));
            let parts: Vec<Key> = parts.map(|part| key(part)).collect();
            held.extend(parts);
            if held.len() == size {
                return Side { written, extended, held };
            }
        }
    }

    fn has(&self, key: &Key) -> bool {
        self.written.contains(key) || self.extended.contains(key)
    }
}

fn key(role: &RbacRole) -> Key {
    let name = role.meta.name.value.clone();
    (role.kind, place_of(role.kind, role.meta.namespace_name()), name)
}

fn referent(binding: &Binding) -> Option<Key> {
    let kind = binding.role_ref.role_kind()?;
    let name = binding.role_ref.name.value.clone();
    Some((kind, place_of(kind, binding.meta.namespace_name()), name))
}

/// The roles that engine roles bind, and do not make, each with who may use the engine role.
fn bound_by(engines: &[Minted]) -> BTreeSet<(&str, Key)> {
    let bindings = engines.iter().flat_map(|party| {
        let bindings = if let Made::Bound(bindings) = &party.what { bindings.as_slice() } else { &[] };
        bindings.iter().map(|it| (party.who.as_str(), it))
    });
    let named = bindings.filter(|(_, (_, made))| made.is_none());
    named.filter_map(|(who, (binding, _))| Some((who, referent(binding)?))).collect()
}

fn place_of(kind: RbacRoleKind, namespace: Option<&str>) -> String {
    let namespace = namespace.filter(|namespace| !namespace.is_empty());
    match kind {
        RbacRoleKind::ClusterRole => String::new(),
        RbacRoleKind::Role => namespace.unwrap_or(WHEREVER).to_owned(),
    }
}

/// Whoever is bound to the role.
fn party((kind, namespace, name): &Key, role: &RbacRole) -> Minted {
    let what = format!("the {} {}", kind.word(), word(name));
    let who = match (kind, namespace.as_str()) {
        (RbacRoleKind::ClusterRole, _) => format!("whoever is bound to {what}"),
        (_, WHEREVER) => format!("whoever is bound to {what} where it is applied"),
        (_, namespace) => format!("whoever is bound to {what} of the namespace {}", word(namespace)),
    };
    let place = role.meta.name.span;
    let spanned = |text: &str| Spanned::new(text.to_owned(), place);
    let subject = Subject {
        kind: spanned("Group"),
        name: spanned(&who),
        namespace: None,
        api_group: None,
        span: place,
    };
    let binding = Binding {
        cluster_wide: *kind == RbacRoleKind::ClusterRole,
        kind_span: place,
        api_version: spanned("rbac.authorization.k8s.io/v1"),
        meta: ObjectMeta {
            name: spanned(name),
            namespace: (*kind == RbacRoleKind::Role).then(|| spanned(namespace)),
            labels: Vec::new(),
            annotations: Vec::new(),
            span: place,
        },
        role_ref: RoleRef { kind: spanned(kind.word()), name: spanned(name), api_group: None, span: place },
        subjects: vec![subject],
    };
    // A ClusterRole has also what it takes in.
    let own = (*kind == RbacRoleKind::Role).then(|| role.clone());
    Minted {
        who,
        place,
        text: format!("no input binds {what}"),
        places: Spots { named: BTreeSet::new(), are_open: false, refused: BTreeSet::new() },
        what: Made::Bound(vec![(binding, own)]),
    }
}
