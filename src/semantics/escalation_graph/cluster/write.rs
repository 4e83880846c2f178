//! `escalate` on roles that can be made or changed: they give any right to whoever is bound to them, or to a ClusterRole
//! that takes them in.
//!
//! Source: kubernetes `pkg/registry/rbac/clusterrole/policybased/storage.go`, `pkg/controller/clusterroleaggregation`; what
//! is not there is created by an update or by a patch as well, which asks for both verbs with its name.

use std::collections::BTreeSet;

use super::super::graph::Written;
use super::super::rights::{Kind, Names, Object};
use super::super::{Doubt, Evidence, code};
use super::pairs::{Pairs, first, unnamed, with};
use super::{Held, Scope, Tie};
use crate::model::kube::rbac::RbacRoleKind;

impl Pairs<'_> {
    /// `escalate` on roles that can be made or changed.
    pub(super) fn roles(&mut self) {
        for sort in [RbacRoleKind::ClusterRole, RbacRoleKind::Role] {
            let changes = self.of(Kind::Change(Object::Role(sort)));
            let creates = self.of(Kind::Create(Object::Role(sort)));
            let deletes = self.of(Kind::Delete(sort));
            for held in self.of(Kind::Escalate(sort)) {
                for change in &changes {
                    let Some(scope) = held.scope.and(&change.scope) else { continue };
                    let Some(names) = held.right.names.and(&change.right.names) else { continue };
                    let [one, other] = [&held, change].map(|held| with(held, first(&names)));
                    self.write_roles(sort, &scope, &names, &[&one, &other]);
                    // One that is not there is put there, or applied, under its name.
                    for create in &creates {
                        let Some(names) = names.and(&create.right.names) else { continue };
                        if sort == RbacRoleKind::ClusterRole && create.scope.and(&scope).is_some() {
                            let name = first(&names);
                            let of = [&held, create, change].map(|held| with(held, name));
                            let [held, create, change] = &of;
                            self.aggregate(Names::Any, &[held, create, change]);
                        }
                    }
                }
                for create in creates.iter().filter(|it| it.right.names.takes_none()) {
                    let Some(scope) = held.scope.and(&create.scope) else { continue };
                    if !held.right.names.takes_none() {
                        continue;
                    }
                    let of = [unnamed(&held), unnamed(create)];
                    let [held, create] = &of;
                    if sort == RbacRoleKind::ClusterRole {
                        self.aggregate(Names::Any, &[held, create]);
                    }
                    for delete in &deletes {
                        let Some(scope) = delete.scope.and(&scope) else { continue };
                        self.write_roles(sort, &scope, &delete.right.names, &[held, create, delete]);
                    }
                }
            }
        }
    }

    fn write_roles(&mut self, sort: RbacRoleKind, scope: &Scope, names: &Names, of: &[&Held]) {
        let mut seen: Vec<Scope> = Vec::new();
        for tie in self.ties.clone() {
            let here = match (sort, scope) {
                (RbacRoleKind::ClusterRole, Scope::Cluster) => Some(tie.scope.clone()),
                (RbacRoleKind::ClusterRole, Scope::Namespace(_)) => None,
                (RbacRoleKind::Role, scope) => tie.scope.and(scope),
            };
            let Some(here) = here.filter(|_| tie.sort == sort && names.contains(&tie.role)) else { continue };
            if seen.contains(&here) {
                continue;
            }
            let does = match tie.role.as_str() {
                "" => format!(
                    "may put any right into the {} that was made for it and that binds it {}",
                    sort.word(),
                    here.words()
                ),
                name => format!(
                    "may put any right into the {} {}, which is bound to it {}",
                    sort.word(),
                    code(name),
                    here.words()
                ),
            };
            self.gain(&here, does, &on_tie(of, &tie).iter().collect::<Vec<_>>());
            seen.push(here);
        }
        if sort == RbacRoleKind::ClusterRole && *scope != Scope::Cluster {
            return;
        }
        if sort == RbacRoleKind::ClusterRole {
            self.label(names, of);
        }
        // What others hold.
        let places: BTreeSet<(Option<String>, Scope)> = self
            .graph
            .ties
            .places(sort, names)
            .filter(|(_, place)| match (sort, scope) {
                (RbacRoleKind::ClusterRole, _) | (_, Scope::Cluster) => true,
                (RbacRoleKind::Role, scope) => *place == scope,
            })
            .map(|(name, place)| {
                let is_any = *names == Names::Any && sort == RbacRoleKind::Role;
                ((!is_any).then(|| name.to_owned()), place.clone())
            })
            .collect();
        for (name, place) in places {
            let does = match &name {
                Some(name) => format!("may put any right into the {} {}", sort.word(), code(name)),
                None => format!("may put any right into every Role {}", place.words()),
            };
            self.write(Written::Role { sort, name, scope: place }, does, of);
        }
    }

    fn write(&mut self, written: Written, does: String, of: &[&Held]) {
        let step = self.graph.step(Pairs::step(does, of));
        self.graph.writes.entry(self.node).or_default().entry(written).or_insert(step);
    }

    /// ClusterRoles of these names that are there can be given rules and labels.
    fn label(&mut self, names: &Names, of: &[&Held]) {
        let Names::Listed(listed) = names else { return self.aggregate(Names::Any, of) };
        let there = listed.iter().find(|name| self.graph.ties.has_cluster_role(name));
        let Some(name) = there else {
            if !self.graph.ties.is_any_aggregate_bound() {
                return;
            }
            let name = first(names).unwrap_or_default();
            let what = format!("whether there is a ClusterRole {} is not known", code(name));
            let span = of.iter().flat_map(|held| &held.evidence).find_map(|evidence| evidence.span);
            self.graph.doubt(self.node, Doubt { what, span });
            return;
        };
        let named: Vec<Held> = of.iter().map(|held| with(held, Some(name))).collect();
        self.aggregate(Names::Listed(vec![name.clone()]), &named.iter().collect::<Vec<_>>());
    }

    /// Whoever can give a ClusterRole rules and labels gives the rules to all that aggregate such a one.
    fn aggregate(&mut self, by: Names, of: &[&Held]) {
        let by = match &by {
            Names::Listed(names) => names.first().cloned(),
            Names::Any => None,
        };
        // Whatever one of them gives rules to, so does the next, and of two no more than themselves is left out.
        let known = &self.labelled;
        if known.contains(&None) || known.contains(&by) || known.len() > 1 {
            return;
        }
        self.labelled.push(by.clone());
        let aggregating: Vec<(String, Option<Evidence>)> = self
            .graph
            .ties
            .aggregating()
            .map(|(name, evidence)| (name.to_owned(), evidence.cloned()))
            .collect();
        for (name, evidence) in aggregating.into_iter().filter(|(name, _)| by.as_deref() != Some(name)) {
            let means = match &by {
                Some(by) => format!("put any right into the ClusterRole {}", code(by)),
                None => "write a ClusterRole with any right".to_owned(),
            };
            let own: Vec<Tie> = self.ties.iter().filter(|tie| is_called(tie, &name)).cloned().collect();
            let mut seen: Vec<Scope> = Vec::new();
            for mut tie in own {
                if seen.contains(&tie.scope) {
                    continue;
                }
                tie.evidence.extend(evidence.clone());
                let does = format!(
                    "may {means}, which by its labels the ClusterRole {} takes in, and that is bound to it {}",
                    code(&name),
                    tie.scope.words()
                );
                self.gain(&tie.scope, does, &beside_tie(of, &tie).iter().collect::<Vec<_>>());
                seen.push(tie.scope);
            }
            let named = Names::Listed(vec![name.clone()]);
            let places: Vec<Scope> = self
                .graph
                .ties
                .places(RbacRoleKind::ClusterRole, &named)
                .map(|(_, place)| place.clone())
                .collect();
            for scope in places {
                let does =
                    format!("may {means}, which by its labels the ClusterRole {} takes in", code(&name));
                let written =
                    Written::Role { sort: RbacRoleKind::ClusterRole, name: Some(name.clone()), scope };
                self.write(written, does, of);
            }
        }
    }
}

fn is_called(tie: &Tie, name: &str) -> bool {
    tie.sort == RbacRoleKind::ClusterRole && tie.role == name
}

/// Rights with the lines that bind a role.
fn beside_tie(of: &[&Held], tie: &Tie) -> Vec<Held> {
    let mut of: Vec<Held> = of.iter().copied().cloned().collect();
    if let Some(last) = of.last_mut() {
        last.evidence.extend(tie.evidence.iter().cloned());
    }
    of
}

/// The same on the role itself.
fn on_tie(of: &[&Held], tie: &Tie) -> Vec<Held> {
    let mut of = beside_tie(of, tie);
    for name in of.iter_mut().filter_map(|held| held.right.ask.name.as_mut()) {
        name.clone_from(&tie.role);
    }
    of
}
