//! Whether a user may write a role or a binding without giving more than the user holds.
//!
//! Source: kubernetes `pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased/storage.go`,
//! `pkg/registry/rbac/escalation_check.go`.

use super::authorizer::{Cluster, Grant, Query, User};
use super::covers::{Atom, uncovered};
use super::rbac::Request;
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::selector::LabelSelector;
use crate::syntax::{SourceId, Span, Spanned};

/// An object that is to be written.
#[derive(Debug, Clone, Copy)]
pub enum Change<'a> {
    /// A Role or ClusterRole.
    Role {
        /// The object.
        new: &'a RbacRole,
        /// What it replaces; nothing if it is created.
        old: Option<&'a RbacRole>,
    },
    /// A RoleBinding or ClusterRoleBinding.
    Binding {
        /// The object.
        new: &'a Binding,
        /// What it replaces; nothing if it is created.
        old: Option<&'a Binding>,
    },
}

/// What the escalation check says.
#[derive(Debug, Clone)]
pub enum Escalation<'a> {
    /// Nothing changes that it looks at.
    Unchanged,
    /// `escalate`, `bind` or `system:masters` lifts it.
    Lifted(Grant<'a>),
    /// The user holds all that is given.
    Held,
    /// The user does not hold this.
    Exceeds(Vec<GivenAtom>),
    /// Nobody can tell what the binding gives: its role does not exist.
    RoleNotFound,
}

/// An [`Atom`] of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum GivenAtom {
    /// One verb on one resource of one group.
    Resource { group: String, resource: String, verb: String, name: Option<String> },
    /// One verb on one path.
    Url { url: String, verb: String },
}

impl Escalation<'_> {
    /// True if the write goes through, given that the user may write such objects at all.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Escalation::Unchanged | Escalation::Lifted(_) | Escalation::Held)
    }
}

/// Checks a change that `user` wants to make to `cluster`.
pub fn check<'a>(cluster: &Cluster<'a>, user: &User, change: &Change<'_>) -> Escalation<'a> {
    match *change {
        Change::Role { new, old } => check_role(cluster, user, new, old),
        Change::Binding { new, old } => check_binding(cluster, user, new, old),
    }
}

fn check_role<'a>(
    cluster: &Cluster<'a>,
    user: &User,
    new: &RbacRole,
    old: Option<&RbacRole>,
) -> Escalation<'a> {
    let namespace = match new.kind {
        RbacRoleKind::Role => new.meta.namespace_name().unwrap_or_default(),
        RbacRoleKind::ClusterRole => "",
    };
    // A create request carries no name, so `resourceNames` are of no help there.
    let name = old.map(|_| new.meta.name.as_str());
    if let Some(grant) = lifted(cluster, user, "escalate", new.kind, name, namespace) {
        return Escalation::Lifted(grant);
    }
    if old.is_some_and(|old| is_same_role(old, new)) {
        return Escalation::Unchanged;
    }
    let everything = full_authority();
    let aggregates = |role: &RbacRole| !role.aggregation_selectors.is_empty();
    let demanded: &[RbacRule] =
        if aggregates(new) || old.is_some_and(aggregates) { &everything } else { &[] };
    against_held(cluster, user, namespace, new.rules.iter().chain(demanded))
}

fn check_binding<'a>(
    cluster: &Cluster<'a>,
    user: &User,
    new: &Binding,
    old: Option<&Binding>,
) -> Escalation<'a> {
    if old.is_some_and(|old| is_same_binding(old, new)) {
        return Escalation::Unchanged;
    }
    let namespace = if new.cluster_wide { "" } else { new.meta.namespace_name().unwrap_or_default() };
    let lifting = new
        .role_ref
        .role_kind()
        .and_then(|kind| lifted(cluster, user, "bind", kind, Some(new.role_ref.name.as_str()), namespace));
    if let Some(grant) = lifting {
        return Escalation::Lifted(grant);
    }
    match cluster.rules_of(new) {
        Some(rules) => against_held(cluster, user, namespace, rules),
        None => Escalation::RoleNotFound,
    }
}

/// Whether `verb` on the role in question frees from the check.
fn lifted<'a>(
    cluster: &Cluster<'a>,
    user: &User,
    verb: &str,
    kind: RbacRoleKind,
    name: Option<&str>,
    namespace: &str,
) -> Option<Grant<'a>> {
    let resource = match kind {
        RbacRoleKind::Role => "roles",
        RbacRoleKind::ClusterRole => "clusterroles",
    };
    let request = Request { verb, group: "rbac.authorization.k8s.io", resource, name };
    let namespace = Some(namespace).filter(|namespace| !namespace.is_empty());
    cluster.decide(user, &Query::Resource { request, namespace })
}

fn against_held<'a, 'w>(
    cluster: &Cluster<'a>,
    user: &User,
    namespace: &str,
    wanted: impl IntoIterator<Item = &'w RbacRule>,
) -> Escalation<'a> {
    let held: Vec<&RbacRule> = cluster.sources(user, namespace).map(|source| source.rule).collect();
    let missing: Vec<GivenAtom> = uncovered(&held, wanted).into_iter().map(GivenAtom::from).collect();
    if missing.is_empty() { Escalation::Held } else { Escalation::Exceeds(missing) }
}

/// Whoever writes an aggregated role gives whatever anybody will write into the roles it selects.
fn full_authority() -> [RbacRule; 2] {
    let span = Span::new(SourceId(u32::MAX), 0..0);
    let star = || vec![Spanned::new("*".to_owned(), span)];
    let empty = RbacRule {
        span,
        api_groups: Vec::new(),
        resources: Vec::new(),
        resource_names: Vec::new(),
        non_resource_urls: Vec::new(),
        verbs: star(),
    };
    let resources = RbacRule { api_groups: star(), resources: star(), ..empty.clone() };
    [resources, RbacRule { non_resource_urls: star(), ..empty }]
}

fn is_same_role(old: &RbacRole, new: &RbacRole) -> bool {
    let selectors = |role: &RbacRole| role.aggregation_selectors.len();
    is_same_meta(&old.meta, &new.meta)
        && old.rules.iter().map(rule_words).eq(new.rules.iter().map(rule_words))
        && selectors(old) == selectors(new)
        && old.aggregation_selectors.iter().zip(&new.aggregation_selectors).all(is_same_selector)
}

fn rule_words(rule: &RbacRule) -> [Vec<&str>; 5] {
    [&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls]
        .map(|words| texts(words))
}

fn is_same_selector((old, new): (&LabelSelector, &LabelSelector)) -> bool {
    fn expressions(selector: &LabelSelector) -> Vec<(&str, &str, Vec<&str>)> {
        let expressions = selector.match_expressions.iter();
        expressions.map(|it| (it.key.as_str(), it.operator.as_str(), texts(&it.values))).collect()
    }
    pairs(&old.match_labels) == pairs(&new.match_labels) && expressions(old) == expressions(new)
}

fn is_same_binding(old: &Binding, new: &Binding) -> bool {
    fn reference(it: &RoleRef) -> (&str, &str) {
        (it.kind.as_str(), it.name.as_str())
    }
    fn subject(it: &Subject) -> [&str; 4] {
        [it.kind.as_str(), it.name.as_str(), optional(&it.namespace), optional(&it.api_group)]
    }
    is_same_meta(&old.meta, &new.meta)
        && reference(&old.role_ref) == reference(&new.role_ref)
        && old.subjects.iter().map(subject).eq(new.subjects.iter().map(subject))
}

fn optional(text: &Option<Spanned<String>>) -> &str {
    text.as_ref().map_or("", |text| text.as_str())
}

fn is_same_meta(old: &ObjectMeta, new: &ObjectMeta) -> bool {
    pairs(&old.labels) == pairs(&new.labels) && pairs(&old.annotations) == pairs(&new.annotations)
}

fn pairs(entries: &[(Spanned<String>, Spanned<String>)]) -> Vec<(&str, &str)> {
    let mut pairs: Vec<_> = entries.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    pairs.sort_unstable();
    pairs
}

fn texts(words: &[Spanned<String>]) -> Vec<&str> {
    words.iter().map(|word| word.as_str()).collect()
}

impl From<Atom<'_>> for GivenAtom {
    fn from(atom: Atom<'_>) -> GivenAtom {
        match atom {
            Atom::Resource { group, resource, verb, name } => GivenAtom::Resource {
                group: group.to_owned(),
                resource: resource.to_owned(),
                verb: verb.to_owned(),
                name: name.map(str::to_owned),
            },
            Atom::Url { url, verb } => GivenAtom::Url { url: url.to_owned(), verb: verb.to_owned() },
        }
    }
}
