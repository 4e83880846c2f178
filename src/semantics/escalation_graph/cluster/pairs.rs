//! Rights that come to something only together.

use std::collections::HashSet;

use super::super::graph::{Graph, Node, Step};
use super::super::rights::{Ask, Kind, Names, Object, Right};
use super::super::{Evidence, Party, Request, Sink, code};
use super::{Held, Holder, Scope, Tie, target};
use crate::semantics::rbac::lateral::Way;
use crate::semantics::reach::Access;

/// Rights that come to something together. One request needs both, so both have to be held by one.
pub(super) struct Pairs<'g> {
    pub(super) graph: &'g mut Graph,
    pub(super) access: &'g Access<'g>,
    pub(super) node: usize,
    pub(super) held: Vec<Held>,
    pub(super) ties: Vec<Tie>,
    /// What roles give that they can bind to themselves.
    pub(super) come_by: HashSet<(Kind, Names, Scope)>,
    /// ClusterRoles that they can give rules and labels; nothing for one of any name.
    pub(super) labelled: Vec<Option<String>>,
}

impl<'g> Pairs<'g> {
    /// Adds where they lead from `node`.
    pub(super) fn lead_on(graph: &'g mut Graph, access: &'g Access<'_>, node: usize, holder: Holder<'_>) {
        if !holder.own.iter().any(|held| held.right.kind.is_half()) {
            return;
        }
        let mut held = holder.own.to_vec();
        held.extend(holder.beside);
        let mut pairs = Pairs {
            graph,
            access,
            node,
            held,
            ties: holder.ties,
            come_by: HashSet::new(),
            labelled: Vec::new(),
        };
        pairs.bindings();
        pairs.roles();
        pairs.secrets();
        pairs.pods();
        pairs.impersonation();
    }

    /// A right that comes to something beside others is theirs from now on, unless another one says as much.
    pub(super) fn hold(&mut self, held: Held) {
        let says_as_much = |other: &Held| {
            other.right.kind == held.right.kind
                && (other.scope == Scope::Cluster || other.scope == held.scope)
                && other.right.names.covers(&held.right.names)
        };
        if held.right.kind.is_half() && !self.held.iter().any(says_as_much) {
            self.held.push(held);
        }
    }

    pub(super) fn of(&self, kind: Kind) -> Vec<Held> {
        self.held.iter().filter(|held| held.right.kind == kind).cloned().collect()
    }

    pub(super) fn step(does: String, of: &[&Held]) -> Step {
        let evidence = evidence_of(of);
        let first = of.iter().map(|held| held.first.as_str()).find(|first| !first.is_empty());
        let does = format!("{does}{}", first.unwrap_or_default());
        let requests: Vec<Request> = match first {
            None => of.iter().map(|held| held.request(None)).collect(),
            Some(_) => Vec::new(),
        };
        Step::new(does, evidence).asking(requests)
    }

    pub(super) fn add(&mut self, to: usize, does: String, of: &[&Held]) {
        let step = self.graph.step(Pairs::step(does, of));
        self.graph.edge(self.node, to, Some(step));
    }

    fn sink(&mut self) -> usize {
        self.graph.node(Node::Sink(Sink::Cluster))
    }

    /// They can give themselves everything in a place.
    pub(super) fn gain(&mut self, scope: &Scope, does: String, of: &[&Held]) {
        let to = match scope {
            Scope::Cluster => self.sink(),
            Scope::Namespace(_) => target(self.graph, scope),
        };
        if let (Scope::Namespace(_), Some(held)) = (scope, of.first()) {
            let everything = Ask { verb: "*", group: "*", resource: "*", name: None };
            let right =
                Right { kind: Kind::Everything, names: Names::Any, ask: everything, place: held.right.place };
            self.hold(Held {
                right,
                scope: scope.clone(),
                evidence: evidence_of(of),
                first: format!(", once it has given itself everything {}", scope.words()),
            });
        }
        self.add(to, does, of);
    }

    /// Groups are impersonated together with a user or a service account; each of them is asked for on its own.
    fn impersonation(&mut self) {
        let is_user = |name: &&String| !name.is_empty() && !name.starts_with("system:serviceaccount:");
        let mut beside: Option<Held> = None;
        for held in self.of(Kind::ImpersonateUsers) {
            match &held.right.names {
                Names::Any => {
                    let sink = self.sink();
                    self.add(sink, "may impersonate any user".to_owned(), &[&held]);
                    beside = beside.or(Some(held));
                }
                Names::Listed(names) => {
                    for name in names.iter().filter(is_user) {
                        let user = self.graph.party(Party::User(name.clone()));
                        let named = with_name(&held, name);
                        self.add(user, format!("may impersonate the user {}", code(name)), &[&named]);
                        beside = beside.or(Some(named));
                    }
                }
            }
        }
        let accounts = self.held.iter().find_map(|held| match (held.right.kind, &held.right.names) {
            (Kind::Become(Way::Impersonate), Names::Listed(names)) => {
                Some(with_name(held, names.iter().find(|name| !name.is_empty())?))
            }
            (Kind::Become(Way::Impersonate) | Kind::Everything, _) => Some(held.clone()),
            _ => None,
        });
        let Some(beside) = beside.or(accounts) else { return };
        for held in self.of(Kind::ImpersonateGroups) {
            let names = match &held.right.names {
                Names::Any => vec!["system:masters".to_owned()],
                Names::Listed(names) => names.iter().filter(|name| !name.is_empty()).cloned().collect(),
            };
            for name in names {
                let group = self.graph.party(Party::Group(name.clone()));
                let does = format!("may impersonate a member of the group {}", code(&name));
                self.add(group, does, &[&with_name(&held, &name), &beside]);
            }
        }
    }

    /// A Secret of the right type is filled with a token, and whoever may read it has it.
    fn secrets(&mut self) {
        let reads = self.of(Kind::ReadSecrets);
        let changes = self.of(Kind::Change(Object::Secret));
        for create in self.of(Kind::Create(Object::Secret)) {
            for read in &reads {
                let Some(scope) = create.scope.and(&read.scope) else { continue };
                let does = format!("may have tokens written into Secrets and read them {}", scope.words());
                if create.right.names.takes_none() {
                    let to = target(self.graph, &scope);
                    self.add(to, does, &[&unnamed(&create), read]);
                    continue;
                }
                for change in &changes {
                    let Some(scope) = change.scope.and(&scope) else { continue };
                    let names = create.right.names.and(&change.right.names);
                    if names.is_some_and(|names| names.and(&read.right.names).is_some()) {
                        let does =
                            format!("may have tokens written into Secrets and read them {}", scope.words());
                        let to = target(self.graph, &scope);
                        self.add(to, does, &[&create, change, read]);
                    }
                }
            }
        }
    }

    /// A pod of a name that only requests for that name may make is applied.
    fn pods(&mut self) {
        let changes = self.of(Kind::Change(Object::Pod));
        for create in self.of(Kind::Create(Object::Pod)) {
            for change in &changes {
                let Some(scope) = create.scope.and(&change.scope) else { continue };
                let Some(Names::Listed(names)) = create.right.names.and(&change.right.names) else {
                    continue;
                };
                if let Some(name) = names.first() {
                    let to = target(self.graph, &scope);
                    let does = format!("may apply the pod {} {}", code(name), scope.words());
                    self.add(to, does, &[&with_name(&create, name), &with_name(change, name)]);
                }
            }
        }
    }
}

pub(super) fn first(names: &Names) -> Option<&str> {
    match names {
        Names::Any => None,
        Names::Listed(names) => names.first().map(String::as_str),
    }
}

/// The right on the object of one of its names.
pub(super) fn with_name(held: &Held, name: &str) -> Held {
    with(held, Some(name))
}

pub(super) fn with(held: &Held, name: Option<&str>) -> Held {
    let mut held = held.clone();
    if let Some(name) = name {
        held.right.ask.name = Some(name.to_owned());
    }
    held
}

/// The right in a request without a name.
pub(super) fn unnamed(held: &Held) -> Held {
    let mut held = held.clone();
    held.right.ask.name = None;
    held
}

/// The evidence for all of them, each once.
pub(super) fn evidence_of(of: &[&Held]) -> Vec<Evidence> {
    let mut evidence: Vec<Evidence> = Vec::new();
    for one in of.iter().flat_map(|held| &held.evidence) {
        if !evidence.contains(one) {
            evidence.push(one.clone());
        }
    }
    evidence
}
