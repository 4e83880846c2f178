//! A principal in a scope, on the side where more is allowed and on the other.

use std::cell::{Cell, OnceCell};
use std::collections::HashSet;

use super::super::{Direction, Evidence, Side, word};
use super::holdings::{Holdings, Scope, cause, gives};
use super::principal::Principal;
use super::{asked, words};
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::semantics::authorizer::Query;
use crate::semantics::covers::Atom;
use crate::semantics::rbac::bootstrap::BUILT_IN;
use crate::semantics::reach::kubernetes::Question;
use crate::syntax::Span;

/// In how many other scopes a rule about the same thing is looked for.
const OTHER_SCOPES: usize = 64;

pub(super) struct Sides<'s, 'a> {
    pub(super) direction: Direction,
    pub(super) principal: &'s Principal,
    pub(super) scope: Scope<'a>,
    pub(super) more: &'s Holdings<'a>,
    pub(super) less: &'s Holdings<'a>,
    /// The principal and its groups.
    everybody: Vec<Principal>,
    /// All words of the rules that the side of `less` gives it.
    used: OnceCell<HashSet<&'a str>>,
    price: OnceCell<u64>,
    /// What it took to look at rules.
    pub(super) spent: Cell<u64>,
}

impl<'s, 'a> Sides<'s, 'a> {
    pub(super) fn new(
        direction: Direction,
        principal: &'s Principal,
        scope: Scope<'a>,
        (more, less): (&'s Holdings<'a>, &'s Holdings<'a>),
    ) -> Sides<'s, 'a> {
        let everybody = std::iter::once(principal.clone()).chain(principal.groups()).collect();
        let (used, price, spent) = (OnceCell::new(), OnceCell::new(), Cell::new(0));
        Sides { direction, principal, scope, more, less, everybody, used, price, spent }
    }

    /// True if the side of `less` gives it, or if what this side gives is told of a group or of the whole cluster.
    pub(super) fn is_told(&self, atom: &Atom<'_>) -> bool {
        if self.is_given(self.less, self.scope, atom) {
            return true;
        }
        self.everybody.iter().enumerate().any(|(at, somebody)| {
            let is_group = at > 0;
            let here = is_group && self.gives(self.more, somebody, self.scope, atom);
            here || ((is_group || self.scope != Scope::Cluster)
                && self.gives(self.more, somebody, Scope::Cluster, atom))
        })
    }

    /// True if a side gives it in a scope, be it to a group or in the whole cluster.
    fn is_given(&self, holdings: &Holdings<'a>, scope: Scope<'a>, atom: &Atom<'_>) -> bool {
        self.everybody.iter().any(|somebody| {
            self.gives(holdings, somebody, scope, atom)
                || (scope != Scope::Cluster && self.gives(holdings, somebody, Scope::Cluster, atom))
        })
    }

    fn gives(
        &self,
        holdings: &Holdings<'a>,
        somebody: &Principal,
        scope: Scope<'a>,
        atom: &Atom<'_>,
    ) -> bool {
        let Some(giving) = holdings.giving(somebody, scope) else { return false };
        let mut spent = self.spent.get();
        let found = giving.first(atom, &mut spent);
        self.spent.set(spent);
        found.is_some()
    }

    /// How many entries the rules have that another evaluator would look at.
    pub(super) fn price(&self) -> u64 {
        *self.price.get_or_init(|| {
            let of = |holdings: &Holdings<'a>| -> u64 {
                let given = [self.scope, Scope::Cluster].into_iter().flat_map(|scope| {
                    self.everybody.iter().flat_map(move |somebody| holdings.given(somebody, scope))
                });
                let rules = given.filter_map(|given| given.rules.as_ref()).flat_map(|rules| rules.all.iter());
                rules.map(|rule| words_of(rule).count() as u64).sum()
            };
            1 + of(self.more) + of(self.less)
        })
    }

    pub(super) fn word(&self) -> &'static str {
        if self.direction == Direction::Lost { "loses" } else { "gains" }
    }

    /// A request that only one side allows.
    pub(super) fn witness(&self, atom: &Atom<'_>) -> Option<Question> {
        let used = self.used.get_or_init(|| {
            let scopes: &[Scope<'a>] =
                if self.scope == Scope::Cluster { &[Scope::Cluster] } else { &[self.scope, Scope::Cluster] };
            let given = self
                .everybody
                .iter()
                .flat_map(|somebody| scopes.iter().flat_map(|scope| self.less.given(somebody, *scope)));
            let rules = given.filter_map(|given| given.rules.as_ref()).flat_map(|rules| rules.all.iter());
            rules.flat_map(|rule| words_of(rule)).collect()
        });
        let shows =
            |question: &Question| self.allows(self.more, question) && !self.allows(self.less, question);
        asked::witness(atom, self.scope, |word| used.contains(word), shows)
    }

    /// True if a side allows a request, which is an atom without any stars. A question about the namespace that the scope
    /// leaves open is one about [`super::holdings::WHEREVER`].
    fn allows(&self, holdings: &Holdings<'a>, question: &Question) -> bool {
        let (atom, namespace) = match question {
            Question::Url { verb, path } => (Atom::Url { url: path, verb }, ""),
            Question::Resource { verb, group, resource, name, namespace } => {
                // A request without a name carries the empty one, which a rule may list.
                let name = Some(name.as_deref().unwrap_or_default());
                (Atom::Resource { group, resource, verb, name }, namespace.as_deref().unwrap_or_default())
            }
        };
        self.is_given(holdings, holdings.scope_of(namespace, self.scope), &atom)
    }

    /// True if the API server's own way to decide comes to the same.
    pub(super) fn is_confirmed(&self, question: &Question, member: &str) -> bool {
        if !self.principal.can_ask() || matches!(self.scope, Scope::Adrift(_)) {
            // Where that is, no evaluator knows; the rules have been asked one by one.
            return true;
        }
        let user = self.principal.user(member);
        let query: Query<'_> = question.query();
        let says = |side: &Holdings<'_>| side.access.cluster().by_rbac(&user, &query).is_some();
        says(self.more) && !says(self.less)
    }

    /// The lines that give the atom, and those on the other side that come nearest.
    pub(super) fn evidence(&self, atom: &Atom<'_>) -> Vec<Evidence> {
        let (here, there) = match self.direction {
            Direction::Lost => (Side::Old, Side::New),
            _ => (Side::New, Side::Old),
        };
        let counterpart = self.counterpart(atom);
        let mut found = Vec::new();
        let giving = self.more.giving(self.principal, self.scope);
        let source = giving
            .and_then(|giving| giving.first(atom, &mut 0))
            .and_then(|(at, rule)| Some((self.more.given(self.principal, self.scope).get(at)?, rule)));
        if let Some((given, rule)) = source {
            found.extend(self.label(given.binding, rule).map(|(span, text)| Evidence {
                side: here,
                span,
                text,
            }));
            let span = cause(rule, atom, counterpart.map(|(rule, _)| rule));
            if span.source != BUILT_IN {
                found.push(Evidence { side: here, span, text: words::of_rule(rule) });
            }
            // The line of the engine role is told below.
            let span = given.subject.name.span;
            let is_own = self.more.minting(self.principal).is_some_and(|party| party.place == span);
            if span.source != BUILT_IN && !is_own {
                found.push(Evidence { side: here, span, text: words::of_binding(given.binding) });
            }
        }
        if let Some((rule, scope)) = counterpart {
            let span = cause(rule, atom, Some(rule));
            if span.source != BUILT_IN {
                let place =
                    if scope == self.scope { String::new() } else { format!(" {}", words::of_scope(scope)) };
                found.push(Evidence { side: there, span, text: words::of_rule(rule) + &place });
            }
        }
        for (side, holdings) in [(here, self.more), (there, self.less)] {
            let party = holdings.minting(self.principal).filter(|party| party.place.source != BUILT_IN);
            let Some(party) = party else { continue };
            let is_new = !found.iter().any(|it| it.side == side && it.span == party.place);
            found.extend(is_new.then(|| Evidence { side, span: party.place, text: party.text.clone() }));
        }
        found
    }

    /// The label by which the bound ClusterRole takes in the rule, if the other side has it not.
    fn label(&self, binding: &Binding, rule: &RbacRule) -> Option<(Span, String)> {
        let cluster = self.more.access.cluster();
        let bound = cluster.role_of(binding).filter(|role| !role.aggregation_selectors.is_empty())?;
        let written = self.more.access.project().rbac_roles.iter();
        let mut taken_in = written.filter(|role| role.rules.iter().any(|own| std::ptr::eq(own, rule)));
        let role = taken_in.next()?;
        let name = role.meta.name.as_str();
        let former = self.less.access.project().rbac_roles_called(RbacRoleKind::ClusterRole, name).last()?;
        let is_new = |key: &str, value: &str| {
            !former.meta.labels.iter().any(|(own, of)| own.as_str() == key && of.as_str() == value)
        };
        let mut labels = role.meta.labels.iter();
        let (key, _) = labels.find(|(key, value)| {
            let mut without = role.meta.clone();
            without.labels.retain(|(own, _)| own.as_str() != key.as_str());
            let selects = |meta: &ObjectMeta| bound.aggregation_selectors.iter().any(|it| it.selects(meta));
            is_new(key.as_str(), value.as_str()) && selects(&role.meta) && !selects(&without)
        })?;
        let text = format!(
            "by the label {}, the ClusterRole {} takes in the ClusterRole {}",
            word(key.as_str()),
            word(bound.meta.name.as_str()),
            word(name)
        );
        Some((key.span, text))
    }

    /// A rule of the principal's own on the other side that is about the same thing: in the same scope, else in another.
    fn counterpart(&self, atom: &Atom<'_>) -> Option<(&'a RbacRule, Scope<'a>)> {
        let others = self.less.scopes(self.principal).filter(|scope| *scope != self.scope);
        let mut scopes = std::iter::once(self.scope).chain(others.take(OTHER_SCOPES));
        scopes.find_map(|scope| {
            let mut rules = self.less.giving(self.principal, scope)?.about(atom);
            let about =
                |rule: &&RbacRule| rule.verbs.iter().any(|verb| is_about(rule, verb.as_str(), atom, scope));
            rules.find(about).map(|rule| (rule, scope))
        })
    }
}

/// True if the rule gives the verb, whichever it is, on what the atom is about, be it on some objects alone.
fn is_about(rule: &RbacRule, verb: &str, atom: &Atom<'_>, scope: Scope<'_>) -> bool {
    let is_given = |atom: Atom<'_>| asked::is_met(&atom, scope) && gives(rule, &atom);
    match *atom {
        Atom::Resource { group, resource, name, .. } => {
            // The first name that the rule has is found sooner than any other.
            let some = rule.resource_names.first().map(|name| name.as_str());
            (some.is_some() && is_given(Atom::Resource { group, resource, verb, name: some }))
                || is_given(Atom::Resource { group, resource, verb, name })
        }
        Atom::Url { url, .. } => is_given(Atom::Url { url, verb }),
    }
}

/// All entries, and the parts of resources.
fn words_of(rule: &RbacRule) -> impl Iterator<Item = &str> {
    let lists =
        [&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls];
    let parts = rule.resources.iter().filter_map(|word| word.as_str().split_once('/')).map(|it| it.1);
    lists.into_iter().flatten().map(|word| word.as_str()).chain(parts)
}
