//! What tokens may do in Vault.
//!
//! What somebody may do is the most that any of their tokens gives: moving an account to another role with the same
//! policies, splitting or renaming a policy, adding a role that gives nothing new change nothing. Tokens are told apart
//! by what their policies say; only those that differ are compared, rule by rule, on the paths that a differing rule
//! matches (see [`parties`]).

mod accessors;
mod clusters;
mod contents;
mod excerpt;
pub(super) mod identities;
mod login_terms;
mod on_terms;
mod parties;
mod policies;
mod question;
mod replay;
mod role_lines;
pub(super) mod side;
mod terms;
mod told;
mod unread;
mod values;

pub(in crate::semantics) use contents::conditions;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::{Comparison, Direction, Doubt, Side, word};
use crate::model::vault::capability::Capability;
use crate::semantics::dialect::Dialect;
use crate::semantics::language::Grant;
use crate::semantics::reach::Access;
use crate::semantics::template::Presence;
use crate::syntax::Span;
use accessors::Accessors;
use clusters::Clusters;
use contents::Contents;
use excerpt::{Excerpt, Who};
use identities::{Somebody, WhoIs, concerned, roles_of};
use login_terms::LoginTerms;
use parties::{Pair, Parties, Seat};
use question::{Found, Question, Setting};
use replay::confirmed;
use side::{Arranged, Keys};

/// The steps that are spent on one question at most, and on all. Each question gets a part of what is left, so that a
/// few that are too complex do not use up what the others need.
const STEPS: u64 = 4_000_000;
const ALL_STEPS: u64 = 12_000_000;
const PART: u64 = 8;
/// The steps that each question gets at least.
const LEAST_STEPS: u64 = 50_000;
/// The steps that are spent by these beyond all others.
const RESERVE: u64 = 4_000_000;
/// How many excerpts are kept.
const MOST_EXCERPTS: usize = 10_000;

pub(super) fn compare(old: &Access<'_>, new: &Access<'_>, comparison: &mut Comparison) {
    unread::texts(old.project(), new.project(), comparison);
    let (mut contents, mut keys) = (Contents::default(), Keys::default());
    let clusters = Clusters::of_both(old, new);
    let before = Arranged::new(Side::Old, old, &clusters, &mut contents, &mut keys);
    let now = Arranged::new(Side::New, new, &clusters, &mut contents, &mut keys);
    let unsettled = |side: &'_ Arranged<'_>| -> Vec<side::Unsettled> {
        side.holds.iter().flat_map(|hold| hold.unsettled.clone()).collect()
    };
    unread::alike(unsettled(&before).iter(), unsettled(&now).iter(), comparison);
    let mut pki_mounts = old.pki_mounts();
    pki_mounts.extend(new.pki_mounts());
    pki_mounts.sort_unstable();
    pki_mounts.dedup();
    let sources = (&old.project().sources, &new.project().sources);
    let mut comparing = Comparing {
        setting: Setting { sources, pki_mounts: &pki_mounts },
        // With several auth methods, whose alias a template means is not known; then it is on neither side.
        access: if old.methods().len() > new.methods().len() { old } else { new },
        contents,
        unknown: unread::Unknown::default(),
        known: HashMap::new(),
        told: BTreeMap::new(),
        told_of: HashMap::new(),
        accessors: Accessors::default(),
        wholes: BTreeMap::new(),
        steps: ALL_STEPS,
        reserve: RESERVE,
        excerpts: HashMap::new(),
        doubts: BTreeSet::new(),
        left_out: 0,
        comparison,
    };
    comparing.identities(&before, &now, &clusters);
    let named = policies::named(&before, &now, &mut comparing.contents, &mut keys, comparing.comparison);
    comparing.policies(&named);
    comparing.finish();
}

/// A label, and the places in memory of what the tokens of both sides hold.
type OnLabel<'s> = (&'s str, Vec<usize>, Vec<usize>);

/// Somebody, a Vault namespace, a pattern.
type OnPattern = (WhoIs, String, String);

/// The roles through which somebody logs in, each with the place of what its tokens hold.
type Seats<'r> = &'r [(usize, usize)];

/// The comparison on its way.
struct Comparing<'q, 's> {
    setting: Setting<'q>,
    access: &'q Access<'q>,
    contents: Contents<'s>,
    unknown: unread::Unknown,
    /// Answers to questions that were asked before.
    known: HashMap<Asked, Rc<Vec<Found>>>,
    /// With the witness, which is that of the first who is named.
    told: BTreeMap<Told, (String, BTreeSet<WhoIs>, WhoIs)>,
    /// Which capabilities are told of somebody on a pattern in a namespace.
    told_of: HashMap<(Direction, OnPattern), BTreeSet<Capability>>,
    accessors: Accessors,
    /// Of whom somebody is a part.
    wholes: BTreeMap<WhoIs, WhoIs>,
    steps: u64,
    /// What is left once all of that is spent.
    reserve: u64,
    excerpts: HashMap<OnLabel<'s>, Rc<Excerpt<'s>>>,
    /// Places of the rules of which not all is told.
    doubts: BTreeSet<(Side, Span)>,
    /// How many questions were not asked.
    left_out: usize,
    comparison: &'q mut Comparison,
}

/// What decides on the answer to a question.
#[derive(PartialEq, Eq, Hash)]
struct Asked {
    label: String,
    namespace: String,
    lanes: Vec<(Dialect, Dialect)>,
    rules: Vec<(bool, usize, Option<Dialect>, Span)>,
    pairs: Vec<Pair>,
    /// Name and namespace of the service account, where a template may ask for them.
    identity: Option<(String, String)>,
}

/// A change; for everybody for whom it is the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    direction: Direction,
    namespace: String,
    pattern: String,
    capabilities: Vec<Capability>,
    /// Empty where each has another one, because the rule holds a template.
    witness: String,
    before: Grant,
    after: Grant,
    conditions: Option<(String, String)>,
    carrying: Option<String>,
    evidence: Vec<(Side, Span, String)>,
}

impl<'s> Comparing<'_, 's> {
    /// Compares the tokens of service accounts.
    fn identities(&mut self, old: &Arranged<'s>, new: &Arranged<'s>, clusters: &Clusters) {
        let concerned = concerned(old, new, clusters);
        for glob in concerned.crowded {
            let text = format!(
                "every name that {} admits is admitted by another glob as well, so that whoever it admits is told \
                 under those",
                word(glob)
            );
            self.comparison.doubts.push(Doubt { side: Side::New, text, place: None });
        }
        if concerned.many_values {
            let text = "templates meet more rules than are gone through: what changes for single names or namespaces that \
                        a glob admits is not told in full";
            self.comparison.doubts.push(Doubt { side: Side::New, text: text.to_owned(), place: None });
        }
        let mut groups: BTreeMap<(Vec<usize>, Vec<usize>), Vec<Somebody>> = BTreeMap::new();
        for somebody in concerned.somebodies {
            let roles = (roles_of(old, &somebody), roles_of(new, &somebody));
            groups.entry(roles).or_default().push(somebody);
        }
        for ((of_old, of_new), somebodies) in groups {
            let seats = |side: &'_ Arranged<'s>, roles: &[usize]| -> Vec<(usize, usize)> {
                roles.iter().filter_map(|at| Some((*at, side.roles.get(*at)?.hold))).collect()
            };
            let (of_old, of_new) = (seats(old, &of_old), seats(new, &of_new));
            let mut namespaces: BTreeSet<&str> = BTreeSet::new();
            namespaces.extend(of_old.iter().filter_map(|(_, at)| Some(old.hold(*at)?.namespace.as_str())));
            namespaces.extend(of_new.iter().filter_map(|(_, at)| Some(new.hold(*at)?.namespace.as_str())));
            for namespace in namespaces {
                let parties =
                    Parties::new(namespace, seated(old, &of_old, namespace), seated(new, &of_new, namespace));
                self.compare(&parties, &somebodies, Some((old, new)), None);
                self.on_terms(namespace, (&of_old, &of_new), &somebodies, (old, new));
            }
        }
    }

    /// Compares policies, each as the only one of a token.
    fn policies(&mut self, named: &[policies::Named<'s>]) {
        for policy in named {
            let namespaces: BTreeSet<&str> = [&policy.old, &policy.new]
                .into_iter()
                .flatten()
                .map(|hold| hold.namespace.as_str())
                .collect();
            let Some(namespace) = namespaces.into_iter().next() else { continue };
            let parties = Parties::new(namespace, alone(&policy.old), alone(&policy.new));
            let somebody = Somebody {
                who: WhoIs::Policy(format!("policy:{}", policy.name)),
                cluster: 0,
                namespace: String::new(),
                name: String::new(),
                selected: None,
                within: None,
            };
            self.compare(&parties, &[somebody], None, None);
        }
    }

    /// With terms, what is found is told of tokens on these terms, in the direction, unless it is told already.
    fn compare(
        &mut self,
        parties: &Parties<'_, 's>,
        somebodies: &[Somebody],
        sides: Option<(&Arranged<'s>, &Arranged<'s>)>,
        terms: Option<(Direction, &LoginTerms)>,
    ) {
        if parties.pairs.is_empty() {
            return;
        }
        self.unknown.take(parties, self.comparison);
        let candidates = parties.candidates(&mut self.contents, self.setting.sources);
        if terms.is_none() {
            let rules: Vec<(&str, Span, bool)> = candidates.values().copied().collect();
            self.accessors.take(&rules, somebodies);
        }
        for (label, (written, place, is_new)) in candidates {
            let excerpt = self.excerpt(label, parties);
            let shared = !excerpt.is_templated();
            for (at, somebody) in somebodies.iter().enumerate() {
                if shared && at > 0 {
                    break;
                }
                let side = if is_new { Side::New } else { Side::Old };
                let found = self.ask(parties, somebody, written, &excerpt, (side, place));
                let all = if shared { somebodies } else { std::slice::from_ref(somebody) };
                for found in found.iter() {
                    self.tell(parties, found, written, all, sides, terms);
                }
            }
        }
    }

    /// The rules around a label, which are the same for all who hold the same.
    fn excerpt(&mut self, label: &'s str, parties: &Parties<'_, 's>) -> Rc<Excerpt<'s>> {
        let places = |seats: &[Seat<'_, 's>]| {
            seats.iter().map(|seat| std::ptr::from_ref(seat.hold).addr()).collect::<Vec<usize>>()
        };
        let key = (label, places(&parties.old), places(&parties.new));
        if self.excerpts.len() > MOST_EXCERPTS {
            self.excerpts.clear();
        }
        let made = self.excerpts.entry(key).or_insert_with(|| Rc::new(Excerpt::around(label, parties)));
        Rc::clone(made)
    }

    /// The differences that a candidate makes for somebody.
    fn ask(
        &mut self,
        parties: &Parties<'_, 's>,
        somebody: &Somebody,
        written: &str,
        excerpt: &Excerpt<'s>,
        place: (Side, Span),
    ) -> Rc<Vec<Found>> {
        let templated = excerpt.is_templated();
        let asked = Asked {
            label: written.to_owned(),
            namespace: parties.namespace.to_owned(),
            lanes: parties.lanes.clone(),
            rules: excerpt.key(),
            pairs: parties.pairs.clone(),
            identity: templated.then(|| (somebody.name.clone(), somebody.namespace.clone())),
        };
        if let Some(known) = self.known.get(&asked) {
            return Rc::clone(known);
        }
        let is_policy = matches!(somebody.who, WhoIs::Policy(_));
        if self.steps == 0 && self.reserve == 0 {
            self.left_out += 1;
            return Rc::default();
        }
        let value = |text: &str| match is_policy {
            true => Presence::Unknown,
            false => Presence::Present(text.to_owned()),
        };
        let (name, namespace) = (value(&somebody.name), value(&somebody.namespace));
        let who = Who { access: self.access, name, namespace };
        let question = Question::new(&self.setting, parties, &who, written, excerpt);
        let given = match (self.steps / PART).min(STEPS) {
            part if part < LEAST_STEPS => LEAST_STEPS,
            part => part,
        };
        let mut steps = given;
        let (found, gave_up) = question.differences(&mut steps);
        // Arranging the rules takes its time, too.
        let arranging = excerpt.len().saturating_mul(parties.lanes.len()).saturating_mul(100);
        let spent = (given - steps).saturating_add(u64::try_from(arranging).unwrap_or(u64::MAX));
        self.reserve = self.reserve.saturating_sub(spent.saturating_sub(self.steps));
        self.steps = self.steps.saturating_sub(spent);
        if gave_up && self.doubts.insert((place.0, place.1)) {
            let text = format!(
                "too complex: the patterns around {} overlap in too many ways to tell all that changes there",
                word(written)
            );
            self.comparison.doubts.push(Doubt { side: place.0, text, place: Some(place.1) });
        }
        let mut kept = Vec::with_capacity(found.len());
        for found in found {
            match confirmed(&self.setting, parties, &who, &found) {
                Ok(()) => kept.push(found),
                Err(text) => self.comparison.contradictions.push(text),
            }
        }
        let kept = Rc::new(kept);
        self.known.insert(asked, Rc::clone(&kept));
        kept
    }
}

fn alone<'q, 's>(hold: &'q Option<side::Hold<'s>>) -> Vec<Seat<'q, 's>> {
    hold.iter().map(|hold| Seat { hold, role: None, label: "" }).collect()
}

fn seated<'q, 's>(side: &'q Arranged<'s>, roles: &[(usize, usize)], namespace: &str) -> Vec<Seat<'q, 's>> {
    let seats = roles.iter().filter_map(|(role, hold)| {
        let hold = side.hold(*hold).filter(|hold| hold.namespace == namespace)?;
        Some(Seat { hold, role: Some(*role), label: &side.roles.get(*role)?.label })
    });
    seats.collect()
}
