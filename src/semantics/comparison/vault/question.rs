//! One candidate: on which paths that it matches do the tokens of both sides answer differently because of it?

mod deciders;
mod telling;
mod weighing;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::super::{Direction, Evidence, Side};
use super::contents::conditions;
use super::excerpt::{Excerpt, Who, settled};
use super::parties::{Pair, Parties};
use super::terms::{Beyond, Sent};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::semantics::acl::{Acl, MergedRule, Operation, Request};
use crate::semantics::dialect::Dialect;
use crate::semantics::language::{Grant, Language, each_class};
use crate::semantics::template::{Populated, is_templated, populate};
use crate::syntax::Sources;
use deciders::{Deciders, Deciding};

/// Finding the rules that match a path takes this many times as long as reading on by one segment.
const WALKING: u64 = 4;

const DIRECTIONS: [Direction; 4] =
    [Direction::Gained, Direction::Unclear, Direction::Changed, Direction::Lost];

/// A difference that a candidate makes.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) direction: Direction,
    pub(super) capabilities: Vec<Capability>,
    pub(super) witness: String,
    pub(super) before: Grant,
    pub(super) after: Grant,
    /// Under which conditions requests go through before and now, where that is what makes the difference.
    pub(super) conditions: Option<(String, String)>,
    /// What the request has to carry.
    pub(super) sent: Option<Box<Sent>>,
    /// The rules that decide on the witness.
    pub(super) evidence: Vec<Evidence>,
    /// The policies in which the rules stand that make the difference, by side.
    pub(super) policies: Vec<(Side, String)>,
    /// The tokens that make it.
    pub(super) pair: Pair,
}

/// What is known of all candidates.
pub(super) struct Setting<'q> {
    pub(super) sources: (&'q Sources, &'q Sources),
    pub(super) pki_mounts: &'q [&'q str],
}

/// One candidate with the rules that may have a say on its paths.
pub(super) struct Question<'q, 's> {
    setting: &'q Setting<'q>,
    parties: &'q Parties<'q, 's>,
    who: &'q Who<'q>,
    excerpt: &'q Excerpt<'s>,
    /// What the label comes to, relative to the Vault namespace and with it.
    patterns: Vec<(PathPattern, PathPattern)>,
    /// Whether some conditions let through what others do not, as it was found before.
    known: RefCell<HashMap<(String, Vec<String>), Beyond>>,
}

/// A token on one server, with what it holds there.
struct Chair<'p> {
    token: usize,
    acl: Acl<'p>,
}

/// Both sides on one server each.
struct Lane<'p> {
    old: Vec<Chair<'p>>,
    new: Vec<Chair<'p>>,
}

/// What both sides say to a request, and which tokens say it.
#[derive(Clone)]
struct Weighed {
    direction: Direction,
    before: Grant,
    after: Grant,
    conditions: Option<(String, String)>,
    sent: Option<Box<Sent>>,
    pair: Pair,
}

impl Weighed {
    /// True if both are told in the same words.
    fn is_alike(&self, other: &Weighed) -> bool {
        let words = |it: &Weighed| it.sent.as_ref().and_then(|sent| sent.words());
        (self.before, self.after) == (other.before, other.after)
            && self.conditions == other.conditions
            && words(self) == words(other)
    }
}

/// The best path for some capabilities.
struct Best {
    cost: (usize, usize, usize, String),
    weighed: Vec<(Capability, Weighed)>,
}

impl<'q, 's> Question<'q, 's> {
    /// Asks about a label, as it is written, with the rules around it.
    pub(super) fn new(
        setting: &'q Setting<'q>,
        parties: &'q Parties<'q, 's>,
        who: &'q Who<'q>,
        label: &str,
        excerpt: &'q Excerpt<'s>,
    ) -> Question<'q, 's> {
        let patterns = patterns(parties, who, label);
        Question { setting, parties, who, excerpt, patterns, known: RefCell::default() }
    }

    /// The differences, and whether the search was given up before it was through.
    pub(super) fn differences(&self, steps: &mut u64) -> (Vec<Found>, bool) {
        let texts = self.excerpt.texts(self.parties, self.who);
        let lanes: Vec<Lane<'_>> = self
            .parties
            .lanes
            .iter()
            .enumerate()
            .map(|(at, servers)| {
                let chairs = |of_new: bool, dialect: Dialect| -> Vec<Chair<'_>> {
                    let of_lane = texts.iter().filter(|text| text.lane == at && text.of_new == of_new);
                    let chairs = of_lane.filter_map(|text| {
                        let seats = if of_new { &self.parties.new } else { &self.parties.old };
                        let issued = seats.get(text.token).and_then(|seat| seat.hold.issued.as_ref());
                        let identity = self.who.identity(issued);
                        let acl = text.compile(self.parties.namespace, &identity, dialect)?;
                        Some(Chair { token: text.token, acl })
                    });
                    chairs.collect()
                };
                Lane { old: chairs(false, servers.0), new: chairs(true, servers.1) }
            })
            .collect();
        let capabilities = self.capabilities(&lanes);
        if capabilities.is_empty() {
            return (Vec::new(), false);
        }
        let lists = capabilities.iter().any(|it| matches!(it, Capability::List | Capability::Scan));
        let shape = if lists { Capability::List } else { Capability::Read };
        let languages: Vec<Language<'_, '_>> = lanes
            .iter()
            .flat_map(|lane| lane.old.iter().chain(&lane.new))
            .map(|chair| Language::new(&chair.acl, self.parties.namespace, shape, self.setting.pki_mounts))
            .collect();
        let deciders = Deciders::of(&lanes, self.parties.namespace, self.setting.pki_mounts, lists);
        let mut known: HashMap<Deciding, Rc<Vec<(Capability, Weighed)>>> = HashMap::new();
        let mut best: HashMap<(Direction, u16), Best> = HashMap::new();
        let mut gave_up = false;
        for within in self.withins(lists) {
            let walked = each_class(&languages, &within, steps, WALKING * deciders.walks(), |path| {
                let weighed = match deciders.on(path) {
                    Some(deciding) => {
                        let weigh = || Rc::new(self.weigh_all(&lanes, &capabilities, path));
                        Rc::clone(known.entry(deciding).or_insert_with(weigh))
                    }
                    None => Rc::new(self.weigh_all(&lanes, &capabilities, path)),
                };
                take_in(&weighed, path, &mut best);
            });
            gave_up |= walked.is_err();
        }
        (self.told(&lanes, best), gave_up)
    }

    /// The pattern of the candidate; for lists, also with a slash behind it, as they look at a path without its last one.
    /// Paths that end in two slashes are left aside.
    fn withins(&self, lists: bool) -> Vec<PathPattern> {
        let mut withins: Vec<PathPattern> = Vec::new();
        for (pattern, _) in &self.patterns {
            let slashed = PathPattern::stored(format!("{pattern}/"));
            let is_closed = !pattern.to_string().ends_with(['*', '/']);
            withins.push(pattern.clone());
            withins.extend((lists && is_closed).then_some(slashed));
        }
        withins
    }

    /// The capabilities of which the candidate does not say the same in two tokens that face each other, if some rule
    /// that may have a say grants them at all.
    fn capabilities(&self, lanes: &[Lane<'_>]) -> Vec<Capability> {
        let granted = |capability: Capability| {
            let chairs = lanes.iter().flat_map(|lane| lane.old.iter().chain(&lane.new));
            let mut rules = chairs.flat_map(|chair| chair.acl.rules());
            rules.any(|rule| rule.capabilities.contains(capability))
        };
        let differs = |capability: Capability| {
            lanes.iter().any(|lane| {
                self.parties.pairs.iter().any(|pair| {
                    let (old, new) = (lane.acl(false, pair.old), lane.acl(true, pair.new));
                    self.patterns.iter().any(|(_, pattern)| {
                        !self.is_alike((rule_of(old, pattern), rule_of(new, pattern)), capability)
                    })
                })
            })
        };
        Capability::ALL
            .into_iter()
            .filter(|it| *it != Capability::Deny && granted(*it) && differs(*it))
            .collect()
    }

    /// True if two merged rules of one pattern have the same part in the answers for a capability.
    fn is_alike(
        &self,
        (old, new): (Option<&MergedRule<'_>>, Option<&MergedRule<'_>>),
        capability: Capability,
    ) -> bool {
        let (old, new) = match (old, new) {
            (None, None) => return true,
            (None, Some(_)) | (Some(_), None) => return false,
            (Some(old), Some(new)) => (old, new),
        };
        let holds = |what: Capability| old.capabilities.contains(what) == new.capabilities.contains(what);
        if ![Capability::Deny, Capability::Sudo, capability].into_iter().all(holds) {
            return false;
        }
        !old.capabilities.contains(capability)
            || !(is_conditional(old) || is_conditional(new))
            || conditions(old, capability, self.setting.sources.0)
                == conditions(new, capability, self.setting.sources.1)
    }

    /// What both sides say to requests on a path.
    fn weigh_all(
        &self,
        lanes: &[Lane<'_>],
        capabilities: &[Capability],
        path: &str,
    ) -> Vec<(Capability, Weighed)> {
        let all = capabilities.iter().flat_map(|capability| {
            let weighed = self.weigh(lanes, *capability, path).into_iter();
            weighed.map(|(_, weighed)| (*capability, weighed))
        });
        all.collect()
    }

    /// For each direction, the first server on which the answers to a request differ this way, if that is owed to the
    /// candidate.
    fn weigh<'l, 'p>(
        &self,
        lanes: &'l [Lane<'p>],
        capability: Capability,
        path: &str,
    ) -> Vec<(&'l Lane<'p>, Weighed)> {
        let mut found: Vec<(&Lane<'_>, Weighed)> = Vec::new();
        for lane in lanes {
            for weighed in self.weigh_on(lane, capability, path) {
                let is_known = found.iter().any(|(_, other)| other.direction == weighed.direction);
                if !is_known && self.is_owed(lane, &weighed, capability, path) {
                    found.push((lane, weighed));
                }
            }
        }
        found
    }

    fn language<'r, 'p>(&'r self, acl: &'r Acl<'p>, capability: Capability) -> Language<'r, 'p> {
        Language::new(acl, self.parties.namespace, capability, self.setting.pki_mounts)
    }

    fn deciding<'r, 'p>(
        &self,
        acl: &'r Acl<'p>,
        capability: Capability,
        path: &str,
    ) -> Option<&'r MergedRule<'p>> {
        let operation = Operation::of_capability(capability).unwrap_or(Operation::Read);
        let path = request_path(operation, path);
        let request = Request { namespace: self.parties.namespace, ..Request::new(operation, &path) };
        let pattern = acl.rule_on(&request).rule?.pattern.clone();
        rule_of(Some(acl), &pattern)
    }

    /// True unless another candidate makes the difference. Of the two rules that decide, that is the one of the new
    /// side if it is a candidate, else the one of the old side; where neither is, any candidate that matches will do.
    fn is_owed(&self, lane: &Lane<'_>, weighed: &Weighed, capability: Capability, path: &str) -> bool {
        let (old, new) = (lane.acl(false, weighed.pair.old), lane.acl(true, weighed.pair.new));
        let decides = |acl: Option<&'_ Acl<'_>>| Some(self.deciding(acl?, capability, path)?.pattern.clone());
        let differs = |pattern: &PathPattern| {
            !self.is_alike((rule_of(old, pattern), rule_of(new, pattern)), capability)
        };
        let of_new = decides(new).filter(differs);
        let cause = of_new.or_else(|| decides(old).filter(differs));
        cause.is_none_or(|cause| self.patterns.iter().any(|(_, pattern)| *pattern == cause))
    }
}

impl<'p> Lane<'p> {
    fn acl(&self, of_new: bool, token: Option<usize>) -> Option<&Acl<'p>> {
        let chairs = if of_new { &self.new } else { &self.old };
        let token = token?;
        chairs.iter().find(|chair| chair.token == token).map(|chair| &chair.acl)
    }
}

/// Takes in what both sides say to requests on a path, if that is the best one to show it.
fn take_in(all: &[(Capability, Weighed)], path: &str, best: &mut HashMap<(Direction, u16), Best>) {
    for direction in DIRECTIONS {
        let of_direction = || all.iter().filter(|(_, weighed)| weighed.direction == direction);
        let mask = of_direction().fold(0, |mask, (capability, _)| mask | 1_u16 << *capability as u8);
        if mask == 0 {
            continue;
        }
        let cost = cost(path);
        let is_better = best.get(&(direction, mask)).is_none_or(|other| cost < other.cost);
        if is_better {
            let weighed = of_direction().cloned().collect();
            best.insert((direction, mask), Best { cost, weighed });
        }
    }
}

fn rule_of<'r, 'p>(acl: Option<&'r Acl<'p>>, pattern: &PathPattern) -> Option<&'r MergedRule<'p>> {
    acl?.rules().iter().find(|rule| rule.pattern == *pattern)
}

fn is_conditional(rule: &MergedRule<'_>) -> bool {
    rule.members.iter().any(|member| member.rule.is_constrained())
}

/// Servers append a slash to the path of a list request before they check it.
pub(super) fn request_path(operation: Operation, path: &str) -> String {
    let slash = if operation.lists() && !path.ends_with('/') { "/" } else { "" };
    format!("{path}{slash}")
}

/// Segments, empty segments, length.
fn cost(path: &str) -> (usize, usize, usize, String) {
    let empty = path.split('/').filter(|segment| segment.is_empty()).count();
    (path.split('/').count(), empty, path.len(), path.to_owned())
}

/// What a label comes to, on any of the servers: relative to the Vault namespace and with it.
fn patterns(parties: &Parties<'_, '_>, who: &Who<'_>, label: &str) -> Vec<(PathPattern, PathPattern)> {
    let namespace = parties.namespace;
    let mut patterns: Vec<(PathPattern, PathPattern)> = Vec::new();
    let mut add = |text: &str| {
        let pattern = PathPattern::parse(text);
        let full = PathPattern::stored(format!("{namespace}{pattern}"));
        if !patterns.iter().any(|(other, _)| *other == pattern) {
            patterns.push((pattern, full));
        }
    };
    if !is_templated(label) {
        add(label);
        return patterns;
    }
    for seat in parties.old.iter().chain(&parties.new) {
        let identity = who.identity(seat.hold.issued.as_ref());
        for dialect in Dialect::ALL {
            let label = settled(label, &identity, namespace, dialect);
            if let Populated::Text(text) = populate(&label, &identity, namespace, dialect) {
                add(&text);
            }
        }
    }
    patterns
}
