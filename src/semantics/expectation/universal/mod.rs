//! Claims about everybody, and about all paths of a pattern; those about Kubernetes are proved in [`cluster`].
//!
//! That nobody can is proved role by role: for everybody whom a role admits, today or once somebody creates the service
//! account, no path of the pattern is in the language of the token. That somebody can everything of a pattern is proved
//! on the languages of all the roles that take them together.

mod able;
mod admitted;
pub(super) mod cluster;
mod everybody;
mod opening;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::place::{Place, places};
use super::vault::Asked;
use super::{Answer, Decider, Outcome, Prover, Reason, any_of, open};
use crate::model::spec::{Expectation, Quantifier};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::semantics::language::{self, Grant, Language, Marks, Outline, STEPS, TooComplex};
use crate::semantics::reach::{Holder, HolderKey, Subject, Unresolved};
use crate::semantics::template::{Identity, Presence};

/// The steps that are spent on one claim, however many roles there are: about a second.
const MOST_STEPS: u64 = 30 * STEPS;

/// What came of a claim.
pub(super) struct Proof {
    pub(super) answers: Vec<Answer>,
    /// The search and the evaluator of single paths disagree.
    pub(super) contradicts: bool,
}

/// The answers, or why none is given.
pub(super) fn answers(
    prover: &Prover<'_>,
    expectation: &Expectation,
    on: &str,
) -> Result<Proof, (Outcome, String)> {
    let within = pattern(on).map_err(|why| (Outcome::NotProved, why))?;
    let places: Vec<Place> = places(prover, expectation, &within);
    let subjects = |names: &[String]| -> Result<Vec<Subject>, (Outcome, String)> {
        names.iter().map(|name| known(prover, name)).collect()
    };
    let mut proof = Proof { answers: Vec::new(), contradicts: false };
    for action in &expectation.actions {
        let Some(capability) = Capability::from_word(action.as_str()) else {
            return Err((Outcome::Unknown, format!("`{action}` is no capability")));
        };
        let (contradicts, left) = (Cell::new(false), Cell::new(MOST_STEPS));
        let claims: Vec<Claim<'_, '_>> = places
            .iter()
            .map(|place| Claim {
                prover,
                expectation,
                within: &place.within,
                of: place.of.as_deref(),
                capability,
                contradicts: &contradicts,
                left: &left,
                openings: RefCell::default(),
                replays: RefCell::default(),
            })
            .collect();
        let all = Claims { claims: &claims };
        let answers: Vec<(bool, Vec<Reason>)> = match &expectation.who.value {
            Quantifier::One(name) => {
                let subject = known(prover, name)?;
                vec![(expectation.can, all.of_one(&subject, expectation.can)?)]
            }
            Quantifier::Nobody => vec![all.everybody(!expectation.can, &[])],
            Quantifier::NobodyExcept(names) => vec![all.everybody(!expectation.can, &subjects(names)?)],
            Quantifier::Only(names) => {
                let subjects = subjects(names)?;
                let mut own = Vec::new();
                for subject in &subjects {
                    own.extend(all.of_one(subject, expectation.can)?);
                }
                vec![(expectation.can, own), all.everybody(!expectation.can, &subjects)]
            }
            Quantifier::EverybodyIn(namespace) => {
                if !prover.names.knows_namespace(namespace) {
                    let why = format!("no input speaks of the Kubernetes namespace `{namespace}`");
                    return Err((Outcome::Nobody, why));
                }
                vec![(expectation.can, all.of_namespace(namespace, expectation.can)?)]
            }
        };
        proof.contradicts |= contradicts.get();
        for (wanted, reasons) in answers {
            proof.answers.push(answer(action.as_str(), wanted, reasons));
        }
    }
    Ok(proof)
}

fn answer(action: &str, wanted: bool, reasons: Vec<Reason>) -> Answer {
    if !wanted {
        return any_of(action, reasons);
    }
    // All have to be able to, so one who is not speaks against it.
    let worst = [Some(false), None, Some(true)];
    let allowed = worst.into_iter().find(|it| reasons.iter().any(|reason| reason.allowed == *it)).flatten();
    let reasons = reasons.into_iter().filter(|reason| reason.allowed == allowed).collect();
    Answer { action: action.to_owned(), wanted, allowed, reasons }
}

/// The pattern of a claim.
fn pattern(on: &str) -> Result<PathPattern, String> {
    let stem = on.strip_suffix('*').unwrap_or(on);
    if stem.contains('*') {
        return Err("a `*` stands for the rest of a path, at its end; for one segment, write `+`".to_owned());
    }
    if on.contains("+*") {
        return Err("`+*` is no pattern that servers know; write `+/*`".to_owned());
    }
    Ok(PathPattern::parse(on))
}

pub(super) fn known(prover: &Prover<'_>, name: &str) -> Result<Subject, (Outcome, String)> {
    let subject: Subject = name.parse().map_err(|error| (Outcome::Nobody, format!("{error}")))?;
    match prover.names.unknown(&subject, &prover.access) {
        Some(why) => Err((Outcome::Nobody, why)),
        None => Ok(subject),
    }
}

/// A claim about one capability: as it stands first, then as tokens of other Vault namespaces name its paths.
struct Claims<'c, 'q, 'a> {
    claims: &'c [Claim<'q, 'a>],
}

impl<'q, 'a> Claims<'_, 'q, 'a> {
    fn everybody(&self, able: bool, except: &[Subject]) -> (bool, Vec<Reason>) {
        if able {
            let text = "everybody would be able to, and whoever has no auth role is not";
            let everywhere = self.first().and_then(Claim::open_everywhere);
            return (true, vec![everywhere.unwrap_or_else(|| Reason::new(Some(false), text))]);
        }
        (false, self.closed(|claim, looked| claim.everybody(except, looked)))
    }

    fn of_namespace(&self, namespace: &str, able: bool) -> Result<Vec<Reason>, (Outcome, String)> {
        match (able, self.first()) {
            (true, Some(claim)) => claim.all_of(namespace),
            _ => Ok(self.closed(|claim, looked| claim.closed_in(namespace, looked))),
        }
    }

    fn of_one(&self, subject: &Subject, able: bool) -> Result<Vec<Reason>, (Outcome, String)> {
        let Some(claim) = self.first() else { return Ok(Vec::new()) };
        if able {
            return claim.able(subject);
        }
        let holders = claim.holders(subject)?;
        Ok(self.closed(|claim, looked| claim.closed_to_one(subject, &holders, looked)))
    }

    fn closed(&self, look: impl Fn(&Claim<'_, '_>, &mut Looked)) -> Vec<Reason> {
        let mut looked = Looked::default();
        looked.reasons.extend(self.first().and_then(Claim::open_somewhere));
        self.claims.iter().for_each(|claim| look(claim, &mut looked));
        looked.concluded()
    }

    fn first(&self) -> Option<&Claim<'q, 'a>> {
        self.claims.first()
    }
}

/// What a look at tokens finds.
#[derive(Default)]
struct Looked {
    /// What speaks against it.
    reasons: Vec<Reason>,
    /// How many roles there are.
    roles: usize,
    /// Rules that shut what others would open.
    closing: Vec<Decider>,
}

/// A claim about one capability, asked of some tokens.
struct Claim<'q, 'a> {
    prover: &'q Prover<'a>,
    expectation: &'q Expectation,
    within: &'q PathPattern,
    /// The Vault namespace of the tokens that are asked; nothing for all.
    of: Option<&'q str>,
    capability: Capability,
    contradicts: &'q Cell<bool>,
    /// The steps that are left for all its questions.
    left: &'q Cell<u64>,
    /// What was found out of tokens that many hold.
    openings: RefCell<HashMap<HolderKey, Opening>>,
    /// What the evaluator of single paths says to such a token.
    replays: RefCell<HashMap<(HolderKey, String), Reason>>,
}

/// What a token says to the paths of the pattern.
#[derive(Clone)]
enum Opening {
    /// Some server lets this path through, or may.
    Open(String),
    /// It cannot be told.
    Doubt(Reason),
    /// The rules that are known let none through; these may.
    Closed(Vec<Doubtful>),
}

/// A rule whose template is not known and that may grant it on a path of the pattern.
#[derive(Clone)]
struct Doubtful {
    outline: Outline,
    rule: Decider,
}

impl Claim<'_, '_> {
    fn open_somewhere(&self) -> Option<Reason> {
        open::somewhere(self.prover, self.expectation, self.capability, self.within)
    }

    fn open_everywhere(&self) -> Option<Reason> {
        open::everywhere(self.prover, self.expectation, self.capability, self.within)
    }

    /// True if tokens of this Vault namespace are asked.
    fn asks(&self, namespace: &str) -> bool {
        self.of.is_none_or(|of| of == namespace)
    }

    fn holders<'s>(&'s self, subject: &Subject) -> Result<Vec<Holder<'s>>, (Outcome, String)> {
        match self.prover.access.holders(subject) {
            Ok(holders) => Ok(holders),
            Err(Unresolved::NoRoles) => Ok(Vec::new()),
            Err(unresolved) => Err((Outcome::Nobody, unresolved.to_string())),
        }
    }

    /// What speaks against it that the token of one identity opens no path of the pattern.
    fn closed_to(&self, holder: &Holder<'_>, who: &str, closing: &mut Vec<Decider>) -> Vec<Reason> {
        let opening = self.opening(holder, &holder.identity, Marks { name: "*", namespace: "*" }, closing);
        let doubtful = match opening {
            Opening::Open(path) => return self.replayed(holder, who, &path),
            Opening::Doubt(reason) => return vec![told(reason, holder, who)],
            Opening::Closed(doubtful) => doubtful,
        };
        self.unknown_values(doubtful, holder, who)
    }

    fn unknown_values(&self, doubtful: Vec<Doubtful>, holder: &Holder<'_>, who: &str) -> Vec<Reason> {
        if doubtful.is_empty() {
            return Vec::new();
        }
        let mut rules: Vec<Decider> = Vec::new();
        for doubt in doubtful {
            if !rules.contains(&doubt.rule) {
                rules.push(doubt.rule);
            }
        }
        let text = "it hangs on rules whose path or presence is not known here; a value that a template takes may \
                    lead to a path of the pattern";
        vec![told(Reason { rules, ..Reason::new(None, text) }, holder, who)]
    }

    /// The verdict on a path that the search found, by the evaluator of single paths.
    fn replayed(&self, holder: &Holder<'_>, who: &str, path: &str) -> Vec<Reason> {
        let asked = Asked { expectation: self.expectation, path, capability: self.capability };
        if !holder.gets_token() {
            return Vec::new();
        }
        let by_token = match opening::is_shared(holder) {
            false => (self.prover.replay.vault)(&asked, holder),
            true => {
                let key = (holder.key(), path.to_owned());
                let known = self.replays.borrow().get(&key).cloned();
                known.unwrap_or_else(|| {
                    let reason = (self.prover.replay.vault)(&asked, holder);
                    self.replays.borrow_mut().insert(key, reason.clone());
                    reason
                })
            }
        };
        let reason = Asked::through(holder, by_token);
        let mut reason = Reason { who: Some(who.to_owned()), path: Some(path.to_owned()), ..reason };
        if reason.allowed == Some(false) {
            self.contradicts.set(true);
            reason.text = format!(
                "the search for paths finds this one open, and the rules refuse it: {}; this is a bug of rolewright, \
                 please report it",
                reason.text
            );
        }
        vec![reason]
    }

    /// [`language::shortest`], with the steps that are left.
    fn shortest(
        &self,
        languages: &[Language<'_, '_>],
        wanted: impl FnMut(&[Grant]) -> bool,
    ) -> Result<Option<String>, TooComplex> {
        let most = self.left.get().min(STEPS);
        let mut left = most;
        let found = language::shortest_within(languages, self.within, &mut left, wanted);
        self.left.set(self.left.get() - (most - left));
        found
    }

    /// The pattern with the Vault namespace in front.
    fn full(&self, holder: &Holder<'_>) -> PathPattern {
        PathPattern::stored(format!("{}{}", holder.namespace, self.within))
    }

    fn identity(&self, holder: &Holder<'_>, name: String, namespace: String) -> Identity {
        let (name, namespace) = (Presence::Present(name), Presence::Present(namespace));
        self.prover.access.identity(&name, &namespace, holder.issued.as_ref())
    }

    fn lists(&self) -> bool {
        matches!(self.capability, Capability::List | Capability::Scan)
    }
}

fn told(reason: Reason, holder: &Holder<'_>, who: &str) -> Reason {
    let role = holder.role.map(|(role, method)| (format!("{}/{}", method.path, role.name), role.name.span));
    Reason { role, who: Some(who.to_owned()), ..reason }
}
