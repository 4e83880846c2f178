//! Rights that come to something only together.

use std::collections::BTreeSet;

use super::super::graph::{Graph, Node, Step, Written};
use super::super::rights::{self, Kind, Names, RoleSort};
use super::super::{Evidence, Party, Sink};
use super::{Held, Scope, lead_further, rules_named, sort_of, target};
use crate::model::project::Project;

/// Rights that come to something together. One request needs both, so both have to be held by one.
pub(super) struct Pairs<'g, 'h> {
    graph: &'g mut Graph,
    project: &'g Project,
    node: usize,
    held: &'h [Held],
    binds: bool,
}

impl<'g, 'h> Pairs<'g, 'h> {
    /// Adds where they lead from `node`; `binds` says whether roles that can be bound are followed.
    pub(super) fn lead_on(
        graph: &'g mut Graph,
        project: &'g Project,
        node: usize,
        held: &'h [Held],
        binds: bool,
    ) {
        let mut pairs = Pairs { graph, project, node, held, binds };
        pairs.impersonation();
        pairs.roles();
        pairs.bindings();
        pairs.secrets();
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &'h Held> + use<'h> {
        let held = self.held;
        held.iter().filter(move |held| held.right.kind == kind)
    }

    fn add(&mut self, to: usize, does: String, of: &[&Held]) {
        let evidence = evidence_of(of);
        let first = of.iter().map(|held| held.first.as_str()).find(|first| !first.is_empty());
        let does = format!("{does}{}", first.unwrap_or_default());
        let step = self.graph.step(Step::new(does, evidence));
        self.graph.edge(self.node, to, Some(step));
    }

    fn sink(&mut self) -> usize {
        self.graph.node(Node::Sink(Sink::Cluster))
    }

    /// Groups are impersonated together with a user or a service account.
    fn impersonation(&mut self) {
        let users: Vec<&Held> = self.of(Kind::ImpersonateUsers).collect();
        for held in &users {
            match &held.right.names {
                Names::Any => {
                    let sink = self.sink();
                    self.add(sink, "may impersonate any user".to_owned(), &[held]);
                }
                Names::Listed(names) => {
                    for name in names {
                        let user = self.graph.party(Party::User(name.clone()));
                        self.add(user, format!("may impersonate the user `{name}`"), &[held]);
                    }
                }
            }
        }
        let beside = users.first().copied().or(self.of(Kind::Become(rights::IMPERSONATE)).next());
        let Some(beside) = beside else { return };
        for held in self.of(Kind::ImpersonateGroups) {
            let names = match &held.right.names {
                Names::Any => vec!["system:masters".to_owned()],
                Names::Listed(names) => names.clone(),
            };
            for name in names {
                let group = self.graph.party(Party::Group(name.clone()));
                let does = format!("may impersonate a member of the group `{name}`");
                self.add(group, does, &[held, beside]);
            }
        }
    }

    /// `escalate` on roles that can be changed.
    fn roles(&mut self) {
        for sort in [RoleSort::ClusterRoles, RoleSort::Roles] {
            let changes: Vec<&Held> = self.of(Kind::ChangeRoles(sort)).collect();
            for held in self.of(Kind::Escalate(sort)) {
                for change in &changes {
                    let Some(scope) = held.scope.and(&change.scope) else { continue };
                    let Some(names) = common(&held.right.names, &change.right.names) else { continue };
                    self.write_roles(sort, &scope, &names, &[held, change]);
                }
            }
        }
    }

    fn write_roles(&mut self, sort: RoleSort, scope: &Scope, names: &Names, of: &[&Held]) {
        let is_meant = |name: &String| match names {
            Names::Any => true,
            Names::Listed(names) => names.contains(name),
        };
        // What a role gives where it is bound to oneself.
        let mut own: Vec<(Scope, String)> = Vec::new();
        for held in self.held {
            let Some((of, name)) = &held.role else { continue };
            let here = match (sort, scope) {
                (RoleSort::ClusterRoles, Scope::Cluster) => Some(held.scope.clone()),
                (RoleSort::ClusterRoles, Scope::Namespace(_)) => None,
                (RoleSort::Roles, scope) => held.scope.and(scope),
            };
            if let Some(here) = here.filter(|_| *of == sort && is_meant(name))
                && !own.iter().any(|(scope, _)| *scope == here)
            {
                own.push((here, name.clone()));
            }
        }
        let word = if sort == RoleSort::Roles { "Role" } else { "ClusterRole" };
        for (here, name) in own {
            let to = match here {
                Scope::Cluster => self.sink(),
                _ => target(self.graph, &here),
            };
            let does =
                format!("may put any right into the {word} `{name}`, which is bound to it {}", here.words());
            self.add(to, does, of);
        }
        if sort == RoleSort::ClusterRoles
            && *scope == Scope::Cluster
            && let Names::Listed(names) = names
        {
            for name in names {
                let does = format!("may put any right into the ClusterRole `{name}`");
                let step = self.graph.step(Step::new(does, evidence_of(of)));
                let written = Written::ClusterRole(name.clone());
                self.graph.writes.entry(self.node).or_default().entry(written).or_insert(step);
            }
        }
    }

    /// `bind` on roles together with bindings that can be written.
    fn bindings(&mut self) {
        for (sort, cluster_wide) in
            [(RoleSort::ClusterRoles, true), (RoleSort::ClusterRoles, false), (RoleSort::Roles, false)]
        {
            let writes: Vec<&Held> = self.of(Kind::WriteBindings { cluster_wide }).collect();
            for held in self.of(Kind::Bind(sort)) {
                for write in &writes {
                    let scope = held.scope.and(&write.scope);
                    let scope = scope.filter(|scope| !cluster_wide || *scope == Scope::Cluster);
                    let Some(scope) = scope else { continue };
                    self.write_bindings(sort, cluster_wide, &scope, held, write);
                }
            }
        }
    }

    fn write_bindings(
        &mut self,
        sort: RoleSort,
        cluster_wide: bool,
        scope: &Scope,
        bind: &Held,
        write: &Held,
    ) {
        let evidence = evidence_of(&[bind, write]);
        let kind = if cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" };
        // A binding that is there keeps its role, so by name only the roles of these can be given.
        let of_bindings: Option<BTreeSet<String>> = match &write.right.names {
            Names::Any => None,
            Names::Listed(names) => {
                let of = self.project.bindings.iter().filter(|binding| {
                    binding.cluster_wide == cluster_wide
                        && names.contains(&binding.meta.name.value)
                        && binding.role_ref.role_kind().map(sort_of) == Some(sort)
                        && match scope {
                            Scope::Cluster => true,
                            Scope::Namespace(namespace) => {
                                binding.meta.namespace_name() == Some(namespace.as_str())
                            }
                        }
                });
                Some(of.map(|binding| binding.role_ref.name.value.clone()).collect())
            }
        };
        let roles = match (&bind.right.names, of_bindings) {
            (Names::Any, None) => None,
            (Names::Listed(names), None) => Some(names.iter().cloned().collect()),
            (Names::Any, Some(of)) => Some(of),
            (Names::Listed(names), Some(of)) => {
                Some(of.into_iter().filter(|name| names.contains(name)).collect::<BTreeSet<String>>())
            }
        };
        let Some(roles) = roles else {
            let to = if cluster_wide { self.sink() } else { target(self.graph, scope) };
            let does = format!("may write {kind}s of any role {}", scope.words());
            self.add(to, does, &[bind, write]);
            return;
        };
        if !self.binds {
            return;
        }
        for name in roles {
            let namespace = match scope {
                Scope::Namespace(namespace) => namespace.as_str(),
                Scope::Cluster => "",
            };
            let rules = rules_named(self.project, sort, namespace, &name);
            let first = format!(", once it has bound {} `{name}` to itself", word(sort));
            let given = rights::of_rules(rules.iter().copied(), cluster_wide).into_iter().map(|right| Held {
                right,
                scope: scope.clone(),
                evidence: evidence.clone(),
                role: Some((sort, name.clone())),
                first: first.clone(),
            });
            let mut held: Vec<Held> = given.collect();
            if held.iter().any(|held| held.right.kind.is_half()) {
                held.extend(self.held.iter().filter(|held| held.right.kind.is_half()).cloned());
            }
            lead_further(self.graph, self.project, self.node, &held, false);
        }
    }

    /// A Secret of the right type is filled with a token, and whoever may read it has it.
    fn secrets(&mut self) {
        let reads: Vec<&Held> = self.of(Kind::ReadSecrets).collect();
        for create in self.of(Kind::CreateSecrets) {
            let here = reads.iter().find_map(|read| Some((read, create.scope.and(&read.scope)?)));
            let Some((read, scope)) = here else { continue };
            let to = target(self.graph, &scope);
            let does = format!("may have tokens written into Secrets and read them {}", scope.words());
            self.add(to, does, &[create, read]);
        }
    }
}

fn word(sort: RoleSort) -> &'static str {
    match sort {
        RoleSort::Roles => "the Role",
        RoleSort::ClusterRoles => "the ClusterRole",
    }
}

fn common(one: &Names, other: &Names) -> Option<Names> {
    let names = match (one, other) {
        (Names::Any, names) | (names, Names::Any) => names.clone(),
        (Names::Listed(one), Names::Listed(other)) => {
            Names::Listed(one.iter().filter(|name| other.contains(name)).cloned().collect())
        }
    };
    (names != Names::Listed(Vec::new())).then_some(names)
}

/// The evidence for all of them, each once.
fn evidence_of(of: &[&Held]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = Vec::new();
    for one in of.iter().flat_map(|held| &held.evidence) {
        if !evidence.contains(one) {
            evidence.push(one.clone());
        }
    }
    evidence
}
