//! Who holds which rules, and where.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::giving::Giving;
use super::minted::{Made, Minted};
use super::principal::Principal;
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::semantics::covers::{self, Atom};
use crate::semantics::rbac::{self, bootstrap};
use crate::semantics::reach::Access;
use crate::syntax::{SourceId, Span, Spanned};

/// Where rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Scope<'a> {
    /// In every namespace and outside of them.
    Cluster,
    /// In this namespace.
    Namespace(&'a str),
    /// In the namespace, whichever it is, that the objects without a namespace of this directory are applied to.
    Adrift(&'a str),
}

/// A name that no namespace has, for the one that an object without a namespace is applied to.
pub(super) const WHEREVER: &str = "NAMESPACE";

/// All that the bindings of one project give.
#[derive(Debug)]
pub(super) struct Holdings<'a> {
    pub(super) access: &'a Access<'a>,
    by_principal: BTreeMap<Principal, BTreeMap<Scope<'a>, Held<'a>>>,
    namespaces: BTreeSet<&'a str>,
    minted: HashMap<&'a str, &'a Minted>,
}

/// What a principal has in a scope.
#[derive(Debug, Default)]
struct Held<'a> {
    given: Vec<Given<'a>>,
    /// The same by what it is about, once that is asked for.
    giving: OnceCell<Giving<'a>>,
}

/// What a binding gives to one of its subjects.
#[derive(Debug, Clone)]
pub(super) struct Given<'a> {
    pub(super) binding: &'a Binding,
    pub(super) subject: &'a Subject,
    /// Nothing if no input has the role.
    pub(super) rules: Option<Rc<Rules<'a>>>,
}

/// The rules of a role, those taken in from others among them.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    pub(super) all: Vec<&'a RbacRule>,
    /// What each says, as a number; equal rules of both projects have equal numbers.
    ids: Vec<u32>,
}

/// Numbers for rules, the same for rules that say the same in another order.
#[derive(Debug, Default)]
pub(super) struct Numbers<'a> {
    known: HashMap<[Vec<&'a str>; 5], u32>,
}

impl<'a> Numbers<'a> {
    fn of(&mut self, rule: &'a RbacRule) -> u32 {
        let mut words = rbac::words(rule);
        for list in &mut words {
            list.sort_unstable();
            list.dedup();
        }
        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
        *self.known.entry(words).or_insert(next)
    }
}

impl<'a> Holdings<'a> {
    /// `homes` names the directories of objects without a namespace, `minted` those who hold what engines make.
    pub(super) fn of(
        access: &'a Access<'a>,
        homes: &Homes<'a>,
        minted: &'a [Minted],
        numbers: &mut Numbers<'a>,
    ) -> Holdings<'a> {
        let mut roles: HashMap<*const RbacRole, Rc<Rules<'a>>> = HashMap::new();
        let by_name = minted.iter().map(|party| (party.who.as_str(), party)).collect();
        let mut holdings =
            Holdings { access, by_principal: BTreeMap::new(), namespaces: BTreeSet::new(), minted: by_name };
        for binding in bootstrap::bindings().iter().chain(&access.project().bindings) {
            // To a reference of another kind, and from a ClusterRoleBinding to a Role, nothing can be given.
            let Some(kind) = binding.role_ref.role_kind() else { continue };
            if binding.cluster_wide && kind == RbacRoleKind::Role {
                continue;
            }
            let scope = match binding.meta.namespace_name().filter(|namespace| !namespace.is_empty()) {
                _ if binding.cluster_wide => Scope::Cluster,
                Some(namespace) => {
                    holdings.namespaces.insert(namespace);
                    Scope::Namespace(namespace)
                }
                None => Scope::Adrift(homes.of(binding.meta.span.source)),
            };
            let role = match (scope, kind) {
                (Scope::Adrift(home), RbacRoleKind::Role) => homes.role(binding, home),
                _ => access.cluster().role_of(binding),
            };
            let rules = role.map(|role| {
                let rules = roles.entry(std::ptr::from_ref(role)).or_insert_with(|| {
                    let all: Vec<&RbacRule> = match kind {
                        RbacRoleKind::Role => role.rules.iter().collect(),
                        // With those that it takes in.
                        RbacRoleKind::ClusterRole => {
                            access.cluster().rules_of(binding).into_iter().flatten().collect()
                        }
                    };
                    let ids = all.iter().map(|rule| numbers.of(rule)).collect();
                    Rc::new(Rules { all, ids })
                });
                Rc::clone(rules)
            });
            for subject in &binding.subjects {
                let Some(principal) = Principal::of(subject, binding) else { continue };
                let given = Given { binding, subject, rules: rules.clone() };
                let scopes = holdings.by_principal.entry(principal).or_default();
                scopes.entry(scope).or_default().given.push(given);
            }
        }
        for party in minted {
            holdings.take(party, homes, numbers);
        }
        holdings
    }

    /// Takes in what credentials of an engine role hold.
    fn take(&mut self, party: &'a Minted, homes: &Homes<'a>, numbers: &mut Numbers<'a>) {
        let access = self.access;
        let mut scopes: BTreeMap<Scope<'a>, Held<'a>> = BTreeMap::new();
        // Also what all service accounts of a namespace hold.
        let is_anywhere = party.places.are_open || !party.places.named.is_empty();
        let everybody = self.by_principal.iter().filter(|_| is_anywhere).filter(|(principal, _)| {
            match (principal, &party.what) {
                (Principal::ServiceAccount { namespace, name: own }, Made::Of(name)) => {
                    own == name && !namespace.is_empty() && party.places.take_in(namespace)
                }
                (Principal::Group(group), _) => group
                    .strip_prefix("system:serviceaccounts:")
                    .is_some_and(|namespace| party.places.take_in(namespace)),
                _ => false,
            }
        });
        for (scope, given) in everybody.flat_map(|(_, held)| held) {
            scopes.entry(*scope).or_default().given.extend(given.given.iter().cloned());
        }
        let bindings = if let Made::Bound(bindings) = &party.what { bindings.as_slice() } else { &[] };
        for (binding, made) in bindings {
            let Some(subject) = binding.subjects.first() else { continue };
            let scope = match binding.meta.namespace_name() {
                Some(namespace) => {
                    self.namespaces.insert(namespace);
                    Scope::Namespace(namespace)
                }
                None => Scope::Cluster,
            };
            let all: Option<Vec<&RbacRule>> = match made {
                Some(role) => Some(role.rules.iter().collect()),
                None => match access.cluster().rules_of(binding) {
                    Some(rules) => Some(rules.collect()),
                    None => homes.only_role(binding).map(|role| role.rules.iter().collect()),
                },
            };
            let rules = all.map(|all| {
                let ids = all.iter().map(|rule| numbers.of(rule)).collect();
                Rc::new(Rules { all, ids })
            });
            scopes.entry(scope).or_default().given.push(Given { binding, subject, rules });
        }
        self.by_principal.insert(Principal::Minted(party.who.clone()), scopes);
    }

    /// The line of an engine role to which a party owes what it holds.
    pub(super) fn minting(&self, principal: &Principal) -> Option<&'a Minted> {
        let Principal::Minted(who) = principal else { return None };
        self.minted.get(who.as_str()).copied()
    }

    /// Everybody who is named.
    pub(super) fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.by_principal.keys()
    }

    /// What bindings of this scope give to the principal itself.
    pub(super) fn given(&self, principal: &Principal, scope: Scope<'a>) -> &[Given<'a>] {
        let scopes = self.by_principal.get(principal);
        scopes.and_then(|scopes| scopes.get(&scope)).map_or(&[], |held| held.given.as_slice())
    }

    /// The scopes of bindings that name the principal itself.
    pub(super) fn scopes(&self, principal: &Principal) -> impl Iterator<Item = Scope<'a>> + '_ {
        self.by_principal.get(principal).into_iter().flat_map(|scopes| scopes.keys().copied())
    }

    /// The numbers of the rules that bindings of this scope give to the principal itself.
    pub(super) fn ids(&self, principal: &Principal, scope: Scope<'a>) -> BTreeSet<u32> {
        let given = self.given(principal, scope).iter();
        given.filter_map(|given| given.rules.as_ref()).flat_map(|rules| rules.ids.iter().copied()).collect()
    }

    /// The rules that bindings of this scope give to the principal itself, without those of these numbers.
    pub(super) fn rules_without(
        &self,
        principal: &Principal,
        scope: Scope<'a>,
        numbers: &BTreeSet<u32>,
    ) -> Vec<&'a RbacRule> {
        let mut seen = BTreeSet::new();
        let rules = self.given(principal, scope).iter().filter_map(|given| given.rules.as_ref());
        let pairs = rules.flat_map(|rules| rules.all.iter().zip(&rules.ids));
        pairs.filter(|(_, id)| !numbers.contains(id) && seen.insert(**id)).map(|(rule, _)| *rule).collect()
    }

    /// What bindings of this scope give to the principal itself, by what it is about; nothing if they give nothing.
    pub(super) fn giving(&self, principal: &Principal, scope: Scope<'a>) -> Option<&Giving<'a>> {
        let held = self.by_principal.get(principal)?.get(&scope)?;
        Some(held.giving.get_or_init(|| Giving::of(&held.given)))
    }

    /// Where a request about a namespace is answered; [`WHEREVER`] is the one that `scope` leaves open.
    pub(super) fn scope_of(&self, namespace: &str, scope: Scope<'a>) -> Scope<'a> {
        match (namespace, scope) {
            (WHEREVER, Scope::Adrift(_)) => scope,
            ("", _) => Scope::Cluster,
            (namespace, _) => self.namespace(namespace),
        }
    }

    /// The scope of a namespace; of one without bindings, that of the whole cluster.
    fn namespace(&self, name: &str) -> Scope<'a> {
        self.namespaces.get(name).map_or(Scope::Cluster, |own| Scope::Namespace(own))
    }
}

/// The directories of objects without a namespace, named alike on both sides.
#[derive(Debug)]
pub(super) struct Homes<'a> {
    project: &'a Project,
    /// What all of them begin with, and is left out.
    start: usize,
    /// There is one only, so that its name does not count.
    single: bool,
}

impl<'a> Homes<'a> {
    /// Of an old and a new project. Where these lie in directories of their own, the names below those count.
    pub(super) fn of_both(old: &'a Project, new: &'a Project) -> (Homes<'a>, Homes<'a>) {
        let (of_old, of_new) = (adrift(old), adrift(new));
        let homes = |project, start, single| Homes { project, start, single };
        if of_old.len() == 1 && of_new.len() == 1 {
            return (homes(old, 0, true), homes(new, 0, true));
        }
        let are_apart = of_old.is_disjoint(&of_new) && !of_old.is_empty() && !of_new.is_empty();
        let start = |project| if are_apart { shared_start(project) } else { 0 };
        (homes(old, start(old), false), homes(new, start(new), false))
    }

    /// The Role without a namespace that a binding without one means: that of its directory, else the only one.
    fn role(&self, binding: &Binding, home: &str) -> Option<&'a RbacRole> {
        let called = self.project.rbac_roles_called(RbacRoleKind::Role, binding.role_ref.name.as_str());
        let adrift = |role: &&RbacRole| role.meta.namespace_name().is_none_or(str::is_empty);
        let all: Vec<&RbacRole> = called.filter(adrift).collect();
        let near = all.iter().rev().find(|role| self.of(role.meta.span.source) == home);
        near.or(all.first().filter(|_| all.len() == 1)).copied()
    }

    /// The Role that a binding of an engine names where its namespace has none: one without a namespace may be meant for it.
    fn only_role(&self, binding: &Binding) -> Option<&'a RbacRole> {
        if binding.role_ref.role_kind() != Some(RbacRoleKind::Role) {
            return None;
        }
        let called = self.project.rbac_roles_called(RbacRoleKind::Role, binding.role_ref.name.as_str());
        let mut adrift = called.filter(|role| role.meta.namespace_name().is_none_or(str::is_empty));
        let first = adrift.next();
        first.filter(|_| adrift.next().is_none())
    }

    /// The directory of a source.
    pub(super) fn of(&self, source: SourceId) -> &'a str {
        if self.single { "" } else { directory(self.project, source).get(self.start..).unwrap_or("") }
    }
}

/// The directories of bindings without a namespace.
fn adrift(project: &Project) -> BTreeSet<&str> {
    let bindings = project
        .bindings
        .iter()
        .filter(|binding| !binding.cluster_wide && binding.meta.namespace_name().is_none_or(str::is_empty));
    bindings.map(|binding| directory(project, binding.meta.span.source)).collect()
}

fn directory(project: &Project, source: SourceId) -> &str {
    project.sources.get(source).map_or("", |source| source.directory())
}

/// How many bytes of directories all sources have in common.
fn shared_start(project: &Project) -> usize {
    let mut directories = project.sources.iter().map(|source| source.directory());
    let Some(first) = directories.next() else { return 0 };
    let mut parts: Vec<&str> = first.split('/').collect();
    for directory in directories {
        let same = parts.iter().zip(directory.split('/')).take_while(|(one, other)| **one == *other).count();
        parts.truncate(same);
    }
    parts.iter().map(|part| part.len() + 1).sum()
}

/// True if the rule gives all that the atom is. Of URLs, as for a request, whatever names stand beside them.
pub(super) fn gives(rule: &RbacRule, atom: &Atom<'_>) -> bool {
    match *atom {
        Atom::Resource { .. } => covers::rule_covers(rule, atom),
        Atom::Url { url, verb } => {
            rule.verbs.iter().any(|entry| entry.value == "*" || entry.value == verb)
                && rule.non_resource_urls.iter().any(|entry| covers::covers_url(entry.as_str(), url))
        }
    }
}

/// The first entry of the rule that gives the atom, of the kind that tells it apart from `other`: the verb where the
/// other rule is about the same thing, else the thing.
pub(super) fn cause(rule: &RbacRule, atom: &Atom<'_>, other: Option<&RbacRule>) -> Span {
    let is = |entry: &&Spanned<String>, word: &str| entry.value == "*" || entry.value == word;
    let (entries, word) = match *atom {
        Atom::Resource { verb, .. } | Atom::Url { verb, .. } if other.is_some() => (&rule.verbs, verb),
        Atom::Resource { resource, .. } => (&rule.resources, resource),
        Atom::Url { url, .. } => (&rule.non_resource_urls, url),
    };
    let found = entries.iter().find(|entry| is(entry, word)).or(entries.first());
    found.map_or(rule.span, |entry| entry.span)
}
