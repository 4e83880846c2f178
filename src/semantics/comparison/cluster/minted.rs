//! What credentials of the Kubernetes secrets engine may do in the cluster.
//!
//! An engine role that both projects have is a party of its own: whoever may use it. It holds what its service account
//! holds, or what the role gives that the engine binds or makes for each credential. That is put in the form of bindings,
//! so that it is compared as all others are.

use std::collections::BTreeSet;

use super::super::Side;
use super::super::logins::engine_roles::{self, Both, Places, role_words, user_words};
use super::super::word;
use super::holdings::WHEREVER;
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::generated_rules;
use crate::semantics::reach::Access;
use crate::syntax::{Span, Spanned};

/// Whoever may use an engine role, on one side.
#[derive(Debug)]
pub(super) struct Minted {
    /// ``whoever may use `kubernetes/creds/deployer` ``.
    pub(super) who: String,
    /// The line of the role that says whose credentials it makes, with what it says.
    pub(super) place: Span,
    pub(super) text: String,
    /// Where service accounts are used or made.
    pub(super) places: Spots,
    pub(super) what: Made,
}

/// Whose credentials.
#[derive(Debug)]
pub(super) enum Made {
    /// Of a service account of this name.
    Of(String),
    /// Of one that is made and bound: each binding, with the role that is made along with it.
    Bound(Vec<(Binding, Option<RbacRole>)>),
}

/// Namespaces.
#[derive(Debug)]
pub(super) struct Spots {
    pub(super) named: BTreeSet<String>,
    /// All others, too, but those that are known not to have the labels.
    pub(super) are_open: bool,
    pub(super) refused: BTreeSet<String>,
}

impl Spots {
    pub(super) fn take_in(&self, namespace: &str) -> bool {
        self.named.contains(namespace) || (self.are_open && !self.refused.contains(namespace))
    }
}

/// The parties of the old and of the new project, in the same order.
pub(super) fn of_both(old: &Access<'_>, new: &Access<'_>) -> (Vec<Minted>, Vec<Minted>) {
    let both = engine_roles::of_both(old, new);
    let of = |side| both.iter().map(|it| minted(it, side, old.project(), new.project())).collect();
    (of(Side::Old), of(Side::New))
}

fn minted(both: &Both<'_>, side: Side, old: &Project, new: &Project) -> Minted {
    let (role, project) = match side {
        Side::Old => (both.old, old),
        Side::New => (both.new, new),
    };
    let who = user_words(&both.label);
    let places = spots(role, project);
    let fields = &role.fields;
    let words = role_words(&both.label);
    if let Some(name) = fields.text("service_account_name").filter(|name| !name.value.is_empty()) {
        let text = format!("{words} makes tokens of the service account {}", word(name.value));
        let what = Made::Of(name.value.to_owned());
        return Minted { who, place: name.span, text, places, what };
    }
    let kind = generated_rules::role_kind(role);
    let named = fields.text("kubernetes_role_name").filter(|name| !name.value.is_empty());
    let rules = fields.text("generated_role_rules").filter(|text| !text.value.is_empty());
    let (text, place) = match (&named, &rules) {
        (Some(name), _) => {
            (format!("{words} binds it to the {} {}", kind.word(), word(name.value)), name.span)
        }
        (None, Some(rules)) => (format!("{words} makes a {} for it", kind.word()), rules.span),
        (None, None) => (format!("{words} binds it to nothing"), role.name.span),
    };
    let binding = |namespace: Option<&str>, name: &str| {
        let spanned = |text: &str| Spanned::new(text.to_owned(), place);
        Binding {
            cluster_wide: namespace.is_none(),
            kind_span: place,
            api_version: spanned("rbac.authorization.k8s.io/v1"),
            meta: ObjectMeta {
                name: spanned(&both.label),
                namespace: namespace.map(spanned),
                labels: Vec::new(),
                annotations: Vec::new(),
                span: place,
            },
            role_ref: RoleRef {
                kind: spanned(kind.word()),
                name: spanned(name),
                api_group: None,
                span: place,
            },
            subjects: vec![Subject {
                kind: spanned("Group"),
                name: spanned(&who),
                namespace: None,
                api_group: None,
                span: place,
            }],
        }
    };
    let read = rules.and_then(|text| generated_rules::read(text.value, text.span));
    // The request chooses whether a ClusterRole is bound in the whole cluster.
    let whole = kind == RbacRoleKind::ClusterRole;
    let name = named.as_ref().map_or("", |name| name.value);
    let namespaces: Vec<Option<String>> = match whole {
        true if places.named.is_empty() && !places.are_open => Vec::new(),
        true => vec![None],
        false => {
            let other = match side {
                Side::Old => spots(both.new, new),
                Side::New => spots(both.old, old),
            };
            let mut all = wherever(&places, &other, (name, named.is_some()), (old, new));
            let own = [both.old, both.new].into_iter().flat_map(namespace_objects);
            all.extend(own.filter(|namespace| places.are_open && places.take_in(namespace)));
            all.into_iter().map(Some).collect()
        }
    };
    let bound = namespaces.into_iter().filter_map(|namespace| {
        let namespace = namespace.as_deref();
        match (&named, &read) {
            (Some(name), _) => Some((binding(namespace, name.value), None)),
            (None, Some(read)) => {
                let at = namespace.unwrap_or_default();
                let made = generated_rules::as_role(read.rules.clone(), kind, &both.label, at, place);
                Some((binding(namespace, &both.label), Some(made)))
            }
            (None, None) => None,
        }
    });
    let bound = bound.collect();
    Minted { who, place, text, places, what: Made::Bound(bound) }
}

/// Namespaces whose own Namespace objects generated rules name: a Role there lets them be read.
fn namespace_objects(role: &SecretsRole) -> Vec<String> {
    let text = role.fields.text("generated_role_rules");
    let read = text.and_then(|text| generated_rules::read(text.value, text.span));
    let rules = read.map(|read| read.rules).unwrap_or_default().into_iter();
    let about = rules
        .filter(|rule| rule.resources.iter().any(|resource| matches!(resource.as_str(), "*" | "namespaces")));
    about.flat_map(|rule| rule.resource_names).map(|name| name.value).collect()
}

/// The namespaces of which the two sides could say different things: those that are named on either side, those whose
/// labels the other refuses, those that have a role of this name, and one that stands for all others.
fn wherever(
    own: &Spots,
    other: &Spots,
    (name, is_named): (&str, bool),
    (old, new): (&Project, &Project),
) -> BTreeSet<String> {
    let mut all = own.named.clone();
    if own.are_open {
        all.insert(WHEREVER.to_owned());
        let others = other.named.iter().chain(&other.refused);
        all.extend(others.filter(|namespace| own.take_in(namespace)).cloned());
        if is_named {
            let called = [old, new].into_iter().flat_map(|it| it.rbac_roles_called(RbacRoleKind::Role, name));
            let namespaces = called.filter_map(|role| role.meta.namespace_name());
            all.extend(namespaces.filter(|namespace| own.take_in(namespace)).map(str::to_owned));
        }
    }
    all
}

/// Where the role makes credentials.
fn spots(role: &SecretsRole, project: &Project) -> Spots {
    let places = Places::of(&role.fields);
    let mut refused = BTreeSet::new();
    if let Some(labels) = places.labelled.as_ref().filter(|_| !places.named.contains("*")) {
        for namespace in &project.kubernetes_namespaces {
            let own = namespace.meta.labels.iter();
            let mut own: Vec<(String, String)> =
                own.map(|(key, value)| (key.value.clone(), value.value.clone())).collect();
            // The API server sets it.
            own.push(("kubernetes.io/metadata.name".to_owned(), namespace.meta.name.value.clone()));
            if labels.refuses(&own) {
                refused.insert(namespace.meta.name.value.clone());
            }
        }
    }
    let are_open = places.are_open();
    let mut named = places.named;
    named.remove("*");
    Spots { named, are_open, refused }
}
