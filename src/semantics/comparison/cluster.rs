//! What subjects of bindings may do in Kubernetes.
//!
//! Rules are broken down into atoms, a verb on a resource. Words are without number, and an atom names one of them or all,
//! so what several rules cover together one of them covers alone: the requests that an atom meets are all allowed on the
//! other side if and only if a single rule there covers it. What a subject has through a group, the group has; what it has
//! in the whole cluster, it has in every namespace. So a change is told once, where it is widest.

mod asked;
mod copies;
mod doubts;
mod giving;
mod holdings;
mod minted;
mod parts;
mod principal;
mod sides;
mod templates;
mod unbound;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Comparison, Direction, Doubt, Evidence, Side, What};
use crate::model::kube::rbac::RbacRule;
use crate::model::kube::resource::VERBS;
use crate::semantics::covers::{Atom, atoms};
use crate::semantics::reach::Access;
use crate::syntax::Span;
use holdings::{Holdings, Homes, Numbers, Scope};
use parts::without_parts;
use principal::Principal;
use sides::Sides;

/// How many rules and entries of rules are looked at, all atoms taken together.
const BUDGET: u64 = 40_000_000;
/// The part of what is left that one principal in one scope gets, and what it gets at least.
const PART: u64 = 4;
const LEAST: u64 = 200_000;
/// How many entries of rules are looked at where witnesses are asked of the evaluator of single requests.
const CONFIRMING: u64 = 20_000_000;

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    let mut numbers = Numbers::default();
    let (old_homes, new_homes) = Homes::of_both(old.project(), new.project());
    let (mut of_old, mut of_new) = minted::of_both(old, new);
    let unbound = unbound::of_both(old, new, (&of_old, &of_new));
    of_old.extend(unbound.0);
    of_new.extend(unbound.1);
    let old = Holdings::of(old, &old_homes, &of_old, &mut numbers);
    let new = Holdings::of(new, &new_homes, &of_new, &mut numbers);
    let principals: BTreeSet<&Principal> = old.principals().chain(new.principals()).collect();
    let mut member = "somebody".to_owned();
    while principals.contains(&Principal::User(member.clone())) {
        member.push('\'');
    }
    let mut ledger = Ledger { member, budget: BUDGET, confirming: CONFIRMING, ..Ledger::default() };
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
    /// What is left for asking another evaluator.
    confirming: u64,
    found: Vec<Change>,
    /// Of what is the same for several subjects, where it stands in `found`.
    known: BTreeMap<Key, usize>,
    /// Rules of which not all is told.
    exceeded: BTreeSet<(Side, Span)>,
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
        let sides = Sides::new(direction, principal, scope, (more, less));
        let most = (self.budget / PART).max(LEAST).min(self.budget);
        let mut missing: Vec<Atom<'a>> = Vec::new();
        for rule in candidates {
            // What is too much for the budget is not begun.
            let mut is_through = count(rule) <= most;
            for atom in atoms(rule).take(if is_through { usize::MAX } else { 0 }) {
                if sides.spent.get() >= most {
                    is_through = false;
                    break;
                }
                sides.spent.set(sides.spent.get() + 1);
                if asked::is_met(&atom, scope) && !sides.is_told(&atom) {
                    missing.push(atom);
                }
            }
            if !is_through {
                let side = if direction == Direction::Lost { Side::Old } else { Side::New };
                self.exceeded.insert((side, rule.span));
            }
        }
        self.budget = self.budget.saturating_sub(sides.spent.get());
        let missing = without_parts(missing);
        let mut by_thing: BTreeMap<Thing<'a>, Vec<Atom<'a>>> = BTreeMap::new();
        for atom in missing {
            by_thing.entry(thing(&atom)).or_default().push(atom);
        }
        for atoms in by_thing.values_mut() {
            atoms.sort_by_key(|atom| verb_rank(verb(atom)));
            self.tell(&sides, atoms);
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
        let price = sides.price();
        let is_asked = self.confirming >= price;
        self.confirming = self.confirming.saturating_sub(price);
        if is_asked && !sides.is_confirmed(&question, &self.member) {
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
        if let Some((side, span)) = self.exceeded.first() {
            let rules = match self.exceeded.len() {
                1 => "this RBAC rule has".to_owned(),
                count => format!("{count} RBAC rules, this one among them, have"),
            };
            let text = format!(
                "too complex: {rules} too many combinations of groups, resources, verbs and names to compare all of them"
            );
            comparison.doubts.push(Doubt { side: *side, text, place: Some(*span) });
        }
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

/// How many atoms a rule has.
fn count(rule: &RbacRule) -> u64 {
    let of = |list: &[crate::syntax::Spanned<String>]| list.len() as u64;
    let resources = [of(&rule.api_groups), of(&rule.resources), of(&rule.resource_names).max(1)];
    let things = resources.into_iter().fold(1, u64::saturating_mul);
    of(&rule.verbs).saturating_mul(things.saturating_add(of(&rule.non_resource_urls)))
}
