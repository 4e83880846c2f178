//! `bind` on roles together with bindings that can be written.

use std::collections::BTreeSet;

use super::super::rights::{self, Kind, Names, Object, RoleSort};
use super::super::{Doubt, code};
use super::pairs::{Pairs, evidence_of, unnamed, with_name};
use super::{Held, Scope, Tie, alone, rules_named, sort_of, target};
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::reach::kubernetes::RoleDoubt;

/// The ClusterRole of the controller that aggregates others: `escalate` and `update` on every ClusterRole.
///
/// Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`.
const AGGREGATOR: &str = "system:controller:clusterrole-aggregation-controller";

impl Pairs<'_> {
    /// `bind` on roles together with bindings that can be written. What a role gives that they can bind to themselves
    /// counts as theirs, and may let them bind others.
    pub(super) fn bindings(&mut self) {
        let mut seen: BTreeSet<(RoleSort, bool, Scope, Option<String>)> = BTreeSet::new();
        loop {
            let before = seen.len();
            for (sort, cluster_wide) in
                [(RoleSort::ClusterRoles, true), (RoleSort::ClusterRoles, false), (RoleSort::Roles, false)]
            {
                let object = if cluster_wide { Object::ClusterRoleBinding } else { Object::RoleBinding };
                let creates = self.of(Kind::Create(object));
                let changes = self.of(Kind::Change(object));
                for bind in self.of(Kind::Bind(sort)) {
                    for create in creates.iter().filter(|it| it.right.names.takes_none()) {
                        let write = unnamed(create);
                        self.write_bindings((sort, cluster_wide), &bind, &[&write], None, &mut seen);
                    }
                    for change in &changes {
                        let new = creates.iter().filter_map(|create| {
                            let Some(Names::Listed(names)) = change.right.names.and(&create.right.names)
                            else {
                                return None;
                            };
                            let scope = create.scope.and(&change.scope)?;
                            let name =
                                names.iter().find(|name| !self.has_binding(cluster_wide, &scope, name))?;
                            Some([with_name(create, name), with_name(change, name)])
                        });
                        let new: Vec<[Held; 2]> = new.collect();
                        for [create, change] in &new {
                            self.write_bindings(
                                (sort, cluster_wide),
                                &bind,
                                &[create, change],
                                None,
                                &mut seen,
                            );
                        }
                        let there = match &change.right.names {
                            Names::Any => None,
                            Names::Listed(names) => Some(names.as_slice()),
                        };
                        self.write_bindings((sort, cluster_wide), &bind, &[change], there, &mut seen);
                    }
                }
            }
            if seen.len() == before {
                return;
            }
        }
    }

    /// True if every place in question has such a binding, which keeps its role.
    fn has_binding(&self, cluster_wide: bool, scope: &Scope, name: &str) -> bool {
        let bindings = || self.project.bindings.iter().filter(|it| it.meta.name.value == name);
        match scope {
            Scope::Cluster => cluster_wide && bindings().any(|it| it.cluster_wide),
            Scope::Namespace(namespace) => {
                bindings().any(|it| !it.cluster_wide && it.meta.namespace_name() == Some(namespace.as_str()))
            }
        }
    }

    /// Bindings of some roles can be written; of these names alone where `there` lists some.
    fn write_bindings(
        &mut self,
        (sort, cluster_wide): (RoleSort, bool),
        bind: &Held,
        write: &[&Held],
        there: Option<&[String]>,
        seen: &mut BTreeSet<(RoleSort, bool, Scope, Option<String>)>,
    ) {
        let scope = write.iter().try_fold(bind.scope.clone(), |scope, write| scope.and(&write.scope));
        let Some(scope) = scope.filter(|scope| !cluster_wide || *scope == Scope::Cluster) else { return };
        let kind = if cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
        let of: Vec<&Held> = std::iter::once(bind).chain(write.iter().copied()).collect();
        // A binding that is there keeps its role, so by name only the roles of these can be given.
        let of_bindings = there.map(|names| self.roles_of(sort, cluster_wide, &scope, names));
        let roles: BTreeSet<String> = match (&bind.right.names, of_bindings) {
            (Names::Any, None) => {
                if seen.insert((sort, cluster_wide, scope.clone(), None)) {
                    let does = format!("may write {kind}s of any role {}", scope.words());
                    match (cluster_wide, &scope) {
                        // Of RoleBindings, one in each namespace.
                        (false, Scope::Cluster) => {
                            let to = target(self.graph, &scope);
                            self.add(to, does, &of);
                        }
                        _ => self.gain(&scope, does, &of),
                    }
                }
                return;
            }
            (Names::Listed(names), None) => names.iter().cloned().collect(),
            (names, Some(of)) => of.into_iter().filter(|name| names.contains(name)).collect(),
        };
        for name in roles {
            if !seen.insert((sort, cluster_wide, scope.clone(), Some(name.clone()))) {
                continue;
            }
            let namespace = match &scope {
                Scope::Namespace(namespace) => namespace.as_str(),
                Scope::Cluster => "",
            };
            let rules = rules_named(self.project, sort, namespace, &name);
            let first = format!(", once it has bound the {} {} to itself", sort.word(), code(&name));
            let rights = rights::of_rules(rules.iter().copied(), cluster_wide);
            let evidence = evidence_of(&of);
            for right in rights {
                let (scope, evidence, first) = (scope.clone(), evidence.clone(), first.clone());
                let held = Held { right, scope, evidence, first };
                alone(self.graph, self.project, self.node, &held);
                self.held.push(held);
            }
            let is_there = !rules.is_empty() || self.has_role(sort, namespace, &name);
            if !is_there && cluster_wide && name == AGGREGATOR {
                let does = format!(
                    "may bind the ClusterRole {} to itself, and put any right into any ClusterRole",
                    code(&name)
                );
                self.gain(&scope, does, &of);
            } else if !is_there {
                let what = format!("{} {} {}", sort.word(), code(&name), RoleDoubt::NotAmongInputs.why());
                let span = evidence.iter().find_map(|evidence| evidence.span);
                self.graph.doubt(self.node, Doubt { what, span });
            }
            if is_there {
                self.ties.push(Tie { sort, role: name, scope: scope.clone(), evidence });
            }
        }
    }

    fn has_role(&self, sort: RoleSort, namespace: &str, name: &str) -> bool {
        match sort {
            RoleSort::ClusterRoles => self.graph.ties.has_cluster_role(name),
            RoleSort::Roles => self
                .project
                .rbac_roles_called(RbacRoleKind::Role, name)
                .any(|role| namespace.is_empty() || role.meta.namespace_name() == Some(namespace)),
        }
    }

    fn roles_of(
        &self,
        sort: RoleSort,
        cluster_wide: bool,
        scope: &Scope,
        names: &[String],
    ) -> BTreeSet<String> {
        let of = self.project.bindings.iter().filter(|binding| {
            binding.cluster_wide == cluster_wide
                && names.contains(&binding.meta.name.value)
                && binding.role_ref.role_kind().map(sort_of) == Some(sort)
                && match scope {
                    Scope::Cluster => true,
                    Scope::Namespace(namespace) => binding.meta.namespace_name() == Some(namespace.as_str()),
                }
        });
        of.map(|binding| binding.role_ref.name.value.clone()).collect()
    }
}
