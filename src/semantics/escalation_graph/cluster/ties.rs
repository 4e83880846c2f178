//! Who is bound to which roles, be there anything in them that leads on or not: roles can be written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::rights::Names;
use super::super::{Evidence, Party, parties};
use super::Scope;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::project::Project;
use crate::semantics::rbac::bootstrap;

/// A role that somebody is bound to.
#[derive(Debug, Clone)]
pub(in super::super) struct Tie {
    pub(in super::super) sort: RbacRoleKind,
    /// Its name; empty for one that has a name which nobody chose.
    pub(in super::super) role: String,
    pub(in super::super) scope: Scope,
    pub(in super::super) evidence: Vec<Evidence>,
}

/// All that there is to know of roles and their holders.
#[derive(Debug, Default)]
pub(in super::super) struct Ties {
    by_party: BTreeMap<Party, Vec<Tie>>,
    bound: BTreeMap<(RbacRoleKind, String), BTreeMap<Scope, BTreeSet<usize>>>,
    /// ClusterRoles that take in the rules of others, each with the place of its rule for that; none for those of
    /// Kubernetes itself.
    aggregating: BTreeMap<String, Option<Evidence>>,
    cluster_roles: BTreeSet<String>,
    /// The bindings that are there, by name.
    bindings: HashMap<String, Vec<There>>,
}

/// A binding that is there, which keeps its role.
#[derive(Debug)]
struct There {
    cluster_wide: bool,
    namespace: Option<String>,
    sort: Option<RbacRoleKind>,
    role: String,
}

impl Ties {
    pub(super) fn new(project: &Project) -> Ties {
        let mut ties = Ties::default();
        let roles = bootstrap::newest_roles().iter().chain(&project.rbac_roles);
        for role in roles.filter(|role| role.kind == RbacRoleKind::ClusterRole) {
            let name = &role.meta.name.value;
            ties.cluster_roles.insert(name.clone());
            // Servers give theirs back to those of Kubernetes itself, whatever an input says.
            if takes_in(role) {
                let span = role.aggregation.filter(|span| span.source != bootstrap::BUILT_IN);
                let what = format!("aggregationRule of ClusterRole {name}");
                let evidence = span.map(|span| Evidence { what, span: Some(span), piece: None });
                ties.aggregating.insert(name.clone(), evidence);
            }
        }
        for binding in &project.bindings {
            ties.bindings.entry(binding.meta.name.value.clone()).or_default().push(There {
                cluster_wide: binding.cluster_wide,
                namespace: binding.meta.namespace_name().map(str::to_owned),
                sort: binding.role_ref.role_kind(),
                role: binding.role_ref.name.value.clone(),
            });
        }
        ties
    }

    /// True if every place in question has such a binding.
    pub(super) fn has_binding(&self, cluster_wide: bool, scope: &Scope, name: &str) -> bool {
        let mut there = self.bindings.get(name).into_iter().flatten();
        match scope {
            Scope::Cluster => cluster_wide && there.any(|it| it.cluster_wide),
            Scope::Namespace(namespace) => {
                there.any(|it| !it.cluster_wide && it.namespace.as_ref() == Some(namespace))
            }
        }
    }

    /// The roles of the bindings of these names.
    pub(super) fn roles_of(
        &self,
        sort: RbacRoleKind,
        cluster_wide: bool,
        scope: &Scope,
        names: &[String],
    ) -> BTreeSet<String> {
        let there = names.iter().filter_map(|name| self.bindings.get(name)).flatten();
        let of = there.filter(|it| {
            it.cluster_wide == cluster_wide
                && it.sort == Some(sort)
                && match scope {
                    Scope::Cluster => true,
                    Scope::Namespace(namespace) => it.namespace.as_ref() == Some(namespace),
                }
        });
        of.map(|it| it.role.clone()).collect()
    }

    pub(super) fn add(&mut self, party: &Party, node: usize, tie: Tie) {
        self.hold(node, &tie);
        self.by_party.entry(party.clone()).or_default().push(tie);
    }

    /// Whoever is at a node is bound to a role.
    pub(in super::super) fn hold(&mut self, node: usize, tie: &Tie) {
        let bound = self.bound.entry((tie.sort, tie.role.clone())).or_default();
        bound.entry(tie.scope.clone()).or_default().insert(node);
    }

    /// The ties of somebody, and of the groups that they are in.
    pub(in super::super) fn with_groups(&self, party: &Party) -> Vec<Tie> {
        let groups = parties::groups_with(party).into_iter().map(Party::Group);
        let all = std::iter::once(party.clone()).chain(groups);
        let mut ties: Vec<Tie> =
            all.filter_map(|party| self.by_party.get(&party)).flatten().cloned().collect();
        // Those of the inputs first.
        ties.sort_by_key(|tie| tie.evidence.iter().all(|evidence| evidence.span.is_none()));
        ties
    }

    /// Who is bound to the role of a name in a place, or to any of that sort there.
    pub(super) fn holders<'t>(
        &'t self,
        sort: RbacRoleKind,
        name: Option<&'t str>,
        scope: &'t Scope,
    ) -> impl Iterator<Item = usize> + use<'t> {
        let named = self
            .bound
            .iter()
            .filter(move |((of, role), _)| *of == sort && name.is_none_or(|name| name == role));
        named.filter_map(move |(_, places)| places.get(scope)).flatten().copied()
    }

    /// Where roles of these names are bound: name and place.
    pub(super) fn places<'t>(
        &'t self,
        sort: RbacRoleKind,
        names: &'t Names,
    ) -> impl Iterator<Item = (&'t str, &'t Scope)> {
        let named = self.bound.iter().filter(move |((of, role), _)| *of == sort && names.contains(role));
        named.flat_map(|((_, role), places)| places.keys().map(move |place| (role.as_str(), place)))
    }

    /// The ClusterRoles that take in the rules of others, with what says so.
    pub(super) fn aggregating(&self) -> impl Iterator<Item = (&str, Option<&Evidence>)> {
        self.aggregating.iter().map(|(name, evidence)| (name.as_str(), evidence.as_ref()))
    }

    /// True if somebody is bound to one of them.
    pub(super) fn is_any_aggregate_bound(&self) -> bool {
        self.aggregating
            .keys()
            .any(|name| self.bound.contains_key(&(RbacRoleKind::ClusterRole, name.clone())))
    }

    /// True if Kubernetes or an input has the ClusterRole.
    pub(super) fn has_cluster_role(&self, name: &str) -> bool {
        self.cluster_roles.contains(name)
    }
}

/// True if some labels make a ClusterRole one of those whose rules it takes in.
fn takes_in(role: &RbacRole) -> bool {
    role.aggregation_selectors.iter().any(|selector| selector.is_satisfiable())
}
