//! What subjects of bindings may do in Kubernetes.
//!
//! Rules are broken down into atoms, a verb on a resource. Words are without number, and an atom names one of them or all,
//! so what several rules cover together one of them covers alone: the requests that an atom meets are all allowed on the
//! other side if and only if a single rule there covers it. What a subject has through a group, the group has; what it has
//! in the whole cluster, it has in every namespace. So a change is told once, where it is widest.

mod asked;
mod doubts;
mod holdings;
mod minted;
mod principal;
mod unbound;

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Comparison, Direction, Doubt, Evidence, Side, What, word};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRule;
use crate::model::kube::resource::VERBS;
use crate::semantics::authorizer::Query;
use crate::semantics::covers::{Atom, atoms};
use crate::semantics::rbac::bootstrap::BUILT_IN;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::Question;
use crate::syntax::{Span, Spanned};
use holdings::{Holdings, Homes, Numbers, Scope, cause, gives};
use principal::Principal;

/// How many entries of rules are looked at, all atoms taken together.
const BUDGET: u64 = 100_000_000;

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    let mut numbers = Numbers::default();
    let (old_homes, new_homes) = Homes::of_both(old.project(), new.project());
    let (mut of_old, mut of_new) = minted::of_both(old, new);
    let unbound = unbound::of_both(old, new);
    of_old.extend(unbound.0);
    of_new.extend(unbound.1);
    let old = Holdings::of(old, &old_homes, &of_old, &mut numbers);
    let new = Holdings::of(new, &new_homes, &of_new, &mut numbers);
    let principals: BTreeSet<&Principal> = old.principals().chain(new.principals()).collect();
    let mut member = "somebody".to_owned();
    while principals.contains(&Principal::User(member.clone())) {
        member.push('\'');
    }
    let mut ledger = Ledger { member, budget: BUDGET, ..Ledger::default() };
    for principal in principals {
        let scopes: BTreeSet<Scope<'_>> = old.scopes(principal).chain(new.scopes(principal)).collect();
        for scope in scopes {
            let ids = (old.ids(principal, scope), new.ids(principal, scope));
            if ids.0 != ids.1 {
                ledger.beyond(Direction::Gained, principal, scope, (&new, &old), &ids.0);
                ledger.beyond(Direction::Lost, principal, scope, (&old, &new), &ids.1);
            }
        }
    }
    ledger.hand_over(comparison);
    doubts::add(&old, &new, (&old_homes, &new_homes), comparison);
}

/// What was found.
#[derive(Debug, Default)]
struct Ledger {
    /// A name that no binding has, for a member of a group.
    member: String,
    budget: u64,
    found: Vec<Change>,
    /// Of what is the same for several subjects, where it stands in `found`.
    known: BTreeMap<Key, usize>,
    exceeded: Option<(Side, Span)>,
    contradictions: Vec<String>,
}

/// Direction, verbs, resource, name, namespace, witness.
type Key = (Direction, Vec<String>, String, Option<String>, Option<String>, String);

/// What stands between the verb and the place: whether it is a path, the group, the resource or path, and the name.
type Thing<'a> = (bool, &'a str, &'a str, Option<&'a str>);

impl Ledger {
    /// Takes in what the principal holds in the scope on the side of `more` and on that of `less` does not. Rules of the
    /// numbers `same` are on both.
    fn beyond<'a>(
        &mut self,
        direction: Direction,
        principal: &Principal,
        scope: Scope<'a>,
        (more, less): (&Holdings<'a>, &Holdings<'a>),
        same: &BTreeSet<u32>,
    ) {
        let candidates = more.rules_without(principal, scope, same);
        if candidates.is_empty() {
            return;
        }
        // What the other side gives, and what on this side is told of a group or of the whole cluster.
        let mut held = less.own(principal, scope);
        held.extend(less.of_groups(principal, scope));
        let mut elsewhere = more.of_groups(principal, scope);
        if scope != Scope::Cluster {
            elsewhere.extend(more.own(principal, Scope::Cluster));
        }
        let price: u64 = held.iter().chain(&elsewhere).map(|rule| size(rule)).sum::<u64>() + 1;
        let mut missing: Vec<Atom<'a>> = Vec::new();
        for rule in candidates {
            for atom in atoms(rule) {
                let Some(left) = self.budget.checked_sub(price) else {
                    let side = if direction == Direction::Lost { Side::Old } else { Side::New };
                    self.exceeded = self.exceeded.or(Some((side, rule.span)));
                    return;
                };
                self.budget = left;
                let is_told = |rules: &[&RbacRule]| rules.iter().any(|rule| gives(rule, &atom));
                if asked::is_met(&atom, scope) && !is_told(&held) && !is_told(&elsewhere) {
                    missing.push(atom);
                }
            }
        }
        let missing = without_parts(missing);
        let mut by_thing: BTreeMap<Thing<'a>, Vec<Atom<'a>>> = BTreeMap::new();
        for atom in missing {
            by_thing.entry(thing(&atom)).or_default().push(atom);
        }
        for atoms in by_thing.values_mut() {
            atoms.sort_by_key(|atom| verb_rank(verb(atom)));
            let side = Sides { direction, principal, scope, more, less };
            self.tell(&side, atoms);
        }
    }

    /// Takes in atoms of one resource, their verbs in order.
    fn tell(&mut self, sides: &Sides<'_, '_>, atoms: &[Atom<'_>]) {
        let Some(first) = atoms.first() else { return };
        let Some(question) = sides.witness(first) else {
            self.contradictions.push(format!(
                "no request shows what `{}` {} by {first:?}",
                sides.principal.words(),
                sides.word()
            ));
            return;
        };
        let witness = asked::words(&question);
        if !sides.is_confirmed(&question, &self.member) {
            self.contradictions.push(format!(
                "`{}` {} `{witness}` by its rules, and does not by the evaluator of single requests",
                sides.principal.words(),
                sides.word()
            ));
            return;
        }
        let verbs: Vec<String> = atoms.iter().map(|atom| verb(atom).to_owned()).collect();
        let (on, name) = match *first {
            Atom::Resource { group, resource, name, .. } => {
                (asked::resource_words(group, resource), name.filter(|name| !name.is_empty()))
            }
            Atom::Url { url, .. } => (url.to_owned(), None),
        };
        let name = name.map(str::to_owned);
        let namespace = match sides.scope {
            Scope::Cluster => None,
            Scope::Namespace(namespace) => Some(namespace.to_owned()),
            Scope::Adrift(_) => Some(String::new()),
        };
        let mut evidence: Vec<Evidence> = Vec::new();
        for atom in atoms {
            for found in sides.evidence(atom) {
                if !evidence.contains(&found) {
                    evidence.push(found);
                }
            }
        }
        let who = sides.principal.words();
        let key =
            (sides.direction, verbs.clone(), on.clone(), name.clone(), namespace.clone(), witness.clone());
        if let Some(known) = self.known.get(&key).and_then(|at| self.found.get_mut(*at)) {
            if !known.who.contains(&who) {
                known.who.push(who);
            }
            let new = evidence.into_iter().filter(|it| !known.evidence.contains(it)).collect::<Vec<_>>();
            known.evidence.extend(new);
            return;
        }
        self.known.insert(key, self.found.len());
        let what = What::Objects { verbs, on, name, namespace, witness };
        self.found.push(Change { direction: sides.direction, who: vec![who], what, evidence });
    }

    fn hand_over(self, comparison: &mut Comparison) {
        comparison.changes.extend(self.found);
        comparison.contradictions.extend(self.contradictions);
        if let Some((side, span)) = self.exceeded {
            let text = "RBAC rules have too many combinations of groups, resources, verbs and names to compare all of them"
                .to_owned();
            comparison.doubts.push(Doubt { side, text, place: Some(span) });
        }
    }
}

/// A principal in a scope, on the side where more is allowed and on the other.
struct Sides<'s, 'a> {
    direction: Direction,
    principal: &'s Principal,
    scope: Scope<'a>,
    more: &'s Holdings<'a>,
    less: &'s Holdings<'a>,
}

impl<'a> Sides<'_, 'a> {
    fn word(&self) -> &'static str {
        if self.direction == Direction::Lost { "loses" } else { "gains" }
    }

    /// A request that only one side allows.
    fn witness(&self, atom: &Atom<'_>) -> Option<Question> {
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let held = self.less.own(self.principal, self.scope);
        for rule in held.into_iter().chain(self.less.of_groups(self.principal, self.scope)) {
            let lists = [
                &rule.verbs,
                &rule.api_groups,
                &rule.resources,
                &rule.resource_names,
                &rule.non_resource_urls,
            ];
            used.extend(lists.into_iter().flatten().map(|word| word.as_str()));
            used.extend(
                rule.resources.iter().filter_map(|word| word.as_str().split_once('/')).map(|it| it.1),
            );
        }
        let shows = |question: &Question| {
            let query = question.query();
            self.more.allows(self.principal, self.scope, &query)
                && !self.less.allows(self.principal, self.scope, &query)
        };
        asked::witness(atom, self.scope, |word| used.contains(word), shows)
    }

    /// True if the API server's own way to decide comes to the same.
    fn is_confirmed(&self, question: &Question, member: &str) -> bool {
        if !self.principal.can_ask() || matches!(self.scope, Scope::Adrift(_)) {
            // Where that is, no evaluator knows; `shows` has asked the rules one by one.
            return true;
        }
        let user = self.principal.user(member);
        let query: Query<'_> = question.query();
        let says = |side: &Holdings<'_>| side.access.cluster().by_rbac(&user, &query).is_some();
        says(self.more) && !says(self.less)
    }

    /// The lines that give the atom, and those on the other side that come nearest.
    fn evidence(&self, atom: &Atom<'_>) -> Vec<Evidence> {
        let (here, there) = match self.direction {
            Direction::Lost => (Side::Old, Side::New),
            _ => (Side::New, Side::Old),
        };
        let counterpart = self.counterpart(atom);
        let mut found = Vec::new();
        if let Some((given, rule)) = self.more.source(self.principal, self.scope, atom) {
            let span = cause(rule, atom, counterpart.map(|(rule, _)| rule));
            if span.source != BUILT_IN {
                found.push(Evidence { side: here, span, text: rule_words(rule) });
            }
            // The line of the engine role is told below.
            let span = given.subject.name.span;
            let is_own = self.more.minting(self.principal).is_some_and(|party| party.place == span);
            if span.source != BUILT_IN && !is_own {
                found.push(Evidence { side: here, span, text: binding_words(given.binding) });
            }
        }
        if let Some((rule, scope)) = counterpart {
            let span = cause(rule, atom, Some(rule));
            if span.source != BUILT_IN {
                let place =
                    if scope == self.scope { String::new() } else { format!(" {}", scope_words(scope)) };
                found.push(Evidence { side: there, span, text: rule_words(rule) + &place });
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

    /// A rule of the principal's own on the other side that is about the same thing: in the same scope, else in another.
    fn counterpart(&self, atom: &Atom<'_>) -> Option<(&'a RbacRule, Scope<'a>)> {
        let mut scopes: Vec<Scope<'a>> = self.less.scopes(self.principal).collect();
        scopes.sort_by_key(|scope| (*scope != self.scope, *scope));
        scopes.into_iter().find_map(|scope| {
            let rules =
                self.less.given(self.principal, scope).iter().filter_map(|given| given.rules.as_ref());
            let about =
                |rule: &&&RbacRule| rule.verbs.iter().any(|verb| is_about(rule, verb.as_str(), atom, scope));
            rules.flat_map(|rules| &rules.all).find(about).map(|rule| (*rule, scope))
        })
    }
}

/// True if the rule gives the verb, whichever it is, on what the atom is about, be it on some objects alone.
fn is_about(rule: &RbacRule, verb: &str, atom: &Atom<'_>, scope: Scope<'_>) -> bool {
    let is_given = |atom: Atom<'_>| asked::is_met(&atom, scope) && gives(rule, &atom);
    match *atom {
        Atom::Resource { group, resource, name, .. } => {
            let some = rule.resource_names.first().map(|name| name.as_str());
            is_given(Atom::Resource { group, resource, verb, name })
                || (some.is_some() && is_given(Atom::Resource { group, resource, verb, name: some }))
        }
        Atom::Url { url, .. } => is_given(Atom::Url { url, verb }),
    }
}

/// The atoms without those that another one of them takes in, each once.
fn without_parts(mut atoms: Vec<Atom<'_>>) -> Vec<Atom<'_>> {
    /// More than this stay as they are: each is held against each.
    const MOST: usize = 4_000;
    atoms.sort();
    atoms.dedup();
    if atoms.len() > MOST {
        return atoms;
    }
    let all = atoms.clone();
    atoms.retain(|atom| !all.iter().any(|other| other != atom && takes_in(other, atom)));
    atoms
}

fn takes_in(wide: &Atom<'_>, narrow: &Atom<'_>) -> bool {
    let has = |wide: &str, narrow: &str| wide == "*" || wide == narrow;
    match (*wide, *narrow) {
        (
            Atom::Resource { group, resource, verb, name },
            Atom::Resource { group: group_in, resource: resource_in, verb: verb_in, name: name_in },
        ) => {
            has(group, group_in)
                && has(verb, verb_in)
                && crate::semantics::rbac::covers_resource(resource, resource_in)
                && (name.is_none() || name == name_in)
        }
        (Atom::Url { url, verb }, Atom::Url { url: url_in, verb: verb_in }) => {
            has(verb, verb_in)
                && crate::semantics::covers::covers_url(url, url_in)
                // Of two that take each other in, one is kept.
                && (!crate::semantics::covers::covers_url(url_in, url) || url < url_in || url == url_in)
        }
        _ => false,
    }
}

fn thing<'a>(atom: &Atom<'a>) -> Thing<'a> {
    match *atom {
        Atom::Resource { group, resource, name, .. } => (false, group, resource, name),
        Atom::Url { url, .. } => (true, "", url, None),
    }
}

fn verb<'a>(atom: &Atom<'a>) -> &'a str {
    match *atom {
        Atom::Resource { verb, .. } | Atom::Url { verb, .. } => verb,
    }
}

/// The usual verbs in the order in which people write them, then all others.
fn verb_rank(verb: &str) -> (usize, &str) {
    const USUAL: [&str; 8] =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    let known = USUAL.iter().chain(&VERBS).position(|known| *known == verb);
    (known.unwrap_or(usize::MAX), verb)
}

fn size(rule: &RbacRule) -> u64 {
    let lists =
        [&rule.verbs, &rule.api_groups, &rule.resources, &rule.resource_names, &rule.non_resource_urls];
    lists.iter().map(|list| list.len() as u64).sum()
}

fn scope_words(scope: Scope<'_>) -> String {
    match scope {
        Scope::Cluster => "in the whole cluster".to_owned(),
        Scope::Namespace(namespace) => format!("in the namespace {}", word(namespace)),
        Scope::Adrift(_) => "in the namespace that it is applied to".to_owned(),
    }
}

/// `rule [get, list] on secrets`.
fn rule_words(rule: &RbacRule) -> String {
    let list =
        |words: &[Spanned<String>]| words.iter().map(|word| word.as_str()).collect::<Vec<&str>>().join(", ");
    let on = if rule.resources.is_empty() { &rule.non_resource_urls } else { &rule.resources };
    let names = if rule.resource_names.is_empty() {
        String::new()
    } else {
        format!(" named {}", list(&rule.resource_names))
    };
    format!("rule [{}] on {}{names}", list(&rule.verbs), list(on))
}

/// ``RoleBinding `b` gives it the ClusterRole `edit` ``.
fn binding_words(binding: &Binding) -> String {
    let (kind, name) = (&binding.role_ref.kind, word(binding.role_ref.name.as_str()));
    format!("{} {} gives it the {kind} {name}", binding.kind_word(), word(binding.meta.name.as_str()))
}
