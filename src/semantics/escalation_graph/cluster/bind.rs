//! `bind` on roles together with bindings that can be written.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::rights::{Kind, Names, Object};
use super::super::{Doubt, code};
use super::pairs::{Pairs, evidence_of, unnamed, with_name};
use super::{Held, Scope, Tie, alone, named, target};
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::reach::kubernetes::RoleDoubt;

/// The ClusterRole of the controller that aggregates others: `escalate` and `update` on every ClusterRole.
///
/// Source: kubernetes `plugin/pkg/auth/authorizer/rbac/bootstrappolicy/controller_policy.go`.
const AGGREGATOR: &str = "system:controller:clusterrole-aggregation-controller";

/// Of which sort roles are bound, and whether in the whole cluster.
type Way = (RbacRoleKind, bool);

const WAYS: [Way; 3] =
    [(RbacRoleKind::ClusterRole, true), (RbacRoleKind::ClusterRole, false), (RbacRoleKind::Role, false)];

/// What is held of one way, as far as it was looked at.
#[derive(Default)]
struct Gathered {
    binds: Vec<Held>,
    creates: Vec<Held>,
    changes: Vec<Held>,
    writes: Vec<Write>,
    /// How many of the rights that are held were looked at.
    seen: usize,
}

/// Bindings can be written by these rights together; of these names alone where `there` lists some.
struct Write {
    by: Vec<Held>,
    there: Option<Vec<String>>,
}

impl Pairs<'_> {
    /// `bind` on roles together with bindings that can be written. What a role gives that they can bind to themselves
    /// counts as theirs, and may let them bind others: each right is looked at once, together with those before it.
    pub(super) fn bindings(&mut self) {
        let mut seen: BTreeSet<(RbacRoleKind, bool, Scope, Option<String>)> = BTreeSet::new();
        let mut ways = WAYS.map(|way| (way, Gathered::default()));
        loop {
            let before = self.held.len();
            for (way, gathered) in &mut ways {
                let (binds, writes) = (gathered.binds.len(), gathered.writes.len());
                self.gather(*way, gathered);
                for (at, bind) in gathered.binds.iter().enumerate() {
                    for write in gathered.writes.iter().skip(if at < binds { writes } else { 0 }) {
                        self.write_bindings(*way, bind, write, &mut seen);
                    }
                }
            }
            if self.held.len() == before {
                return;
            }
        }
    }

    /// Looks at the rights that are held since the last time.
    fn gather(&self, (sort, cluster_wide): Way, gathered: &mut Gathered) {
        let object = if cluster_wide { Object::ClusterRoleBinding } else { Object::RoleBinding };
        let (creates, changes) = (gathered.creates.len(), gathered.changes.len());
        for held in self.held.iter().skip(gathered.seen) {
            let list = match held.right.kind {
                Kind::Bind(of) if of == sort => &mut gathered.binds,
                Kind::Create(of) if of == object => &mut gathered.creates,
                Kind::Change(of) if of == object => &mut gathered.changes,
                _ => continue,
            };
            list.push(held.clone());
        }
        gathered.seen = self.held.len();
        for create in gathered.creates.iter().skip(creates).filter(|it| it.right.names.takes_none()) {
            gathered.writes.push(Write { by: vec![unnamed(create)], there: None });
        }
        for (at, change) in gathered.changes.iter().enumerate() {
            for create in gathered.creates.iter().skip(if at < changes { creates } else { 0 }) {
                gathered.writes.extend(self.new_binding(cluster_wide, create, change));
            }
            if at >= changes {
                let there = match &change.right.names {
                    Names::Any => None,
                    Names::Listed(names) => Some(names.clone()),
                };
                gathered.writes.push(Write { by: vec![change.clone()], there });
            }
        }
    }

    /// A binding that is not there is put there under its name, which asks for both rights.
    fn new_binding(&self, cluster_wide: bool, create: &Held, change: &Held) -> Option<Write> {
        let Some(Names::Listed(names)) = change.right.names.and(&create.right.names) else { return None };
        let scope = create.scope.and(&change.scope)?;
        let is_free = |name: &&String| !self.graph.ties.has_binding(cluster_wide, &scope, name);
        let name = names.iter().find(is_free)?;
        Some(Write { by: vec![with_name(create, name), with_name(change, name)], there: None })
    }

    /// Bindings of some roles can be written.
    fn write_bindings(
        &mut self,
        (sort, cluster_wide): Way,
        bind: &Held,
        write: &Write,
        seen: &mut BTreeSet<(RbacRoleKind, bool, Scope, Option<String>)>,
    ) {
        let scope = write.by.iter().try_fold(bind.scope.clone(), |scope, write| scope.and(&write.scope));
        let Some(scope) = scope.filter(|scope| !cluster_wide || *scope == Scope::Cluster) else { return };
        let kind = if cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
        let of: Vec<&Held> = std::iter::once(bind).chain(&write.by).collect();
        // A binding that is there keeps its role, so by name only the roles of these can be given.
        let there = write.there.as_deref();
        let of_bindings = there.map(|names| self.graph.ties.roles_of(sort, cluster_wide, &scope, names));
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
            if seen.insert((sort, cluster_wide, scope.clone(), Some(name.clone()))) {
                self.bind((sort, cluster_wide), &scope, name, &of);
            }
        }
    }

    /// A role of this name can be bound.
    fn bind(&mut self, (sort, cluster_wide): Way, scope: &Scope, name: String, of: &[&Held]) {
        let first = format!(", once it has bound the {} {} to itself", sort.word(), code(&name));
        let evidence = evidence_of(of);
        let key = (sort, cluster_wide, scope.clone(), name.clone());
        let known = self.graph.named.entry(key);
        let known =
            known.or_insert_with(|| Arc::new(named::roles(self.access, sort, scope, &name, cluster_wide)));
        let roles = Arc::clone(known);
        if roles.is_empty() && cluster_wide && name == AGGREGATOR {
            let does = format!(
                "may bind the ClusterRole {} to itself, and put any right into any ClusterRole",
                code(&name)
            );
            self.gain(scope, does, of);
        } else if roles.is_empty() {
            let what = format!("{} {} {}", sort.word(), code(&name), RoleDoubt::NotAmongInputs.why());
            let span = evidence.iter().find_map(|evidence| evidence.span);
            self.graph.doubt(self.node, Doubt { what, span });
        }
        for role in roles.iter() {
            if let Some(doubt) = &role.doubt {
                self.graph.doubt(self.node, doubt.clone());
            }
            for right in &role.rights {
                if !self.come_by.insert((right.kind, right.names.clone(), role.scope.clone())) {
                    continue;
                }
                let (right, scope) = (right.clone(), role.scope.clone());
                let held = Held { right, scope, evidence: evidence.clone(), first: first.clone() };
                alone(self.graph, self.access.project(), self.node, &held);
                self.hold(held);
            }
            let (role, scope, evidence) = (name.clone(), role.scope.clone(), evidence.clone());
            self.ties.push(Tie { sort, role, scope, evidence });
        }
    }
}
