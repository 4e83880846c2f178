//! Request paths told apart by what some patterns say of them.
//!
//! Patterns are lists of segments, so a path is read segment by segment. At one position, only the literals and the
//! beginnings that some pattern has there tell one text from another; any other text stands for all the rest. Two
//! paths that have brought every pattern to the same point are one *class*, whatever follows. There are finitely many,
//! and a search in breadth meets each by one of its shortest paths.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::TooComplex;
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::pattern::{Part, parts};

/// What is to be told apart.
#[derive(Debug)]
pub(super) struct Classes<'p> {
    /// The root is the first.
    nodes: Vec<Node<'p>>,
    /// How many numbers say which open ends are reached.
    slots: usize,
    within: Vec<Part<'p>>,
    /// Position of the first segment behind the Vault namespace.
    first: usize,
}

#[derive(Debug, Default)]
struct Node<'p> {
    literals: BTreeMap<&'p str, usize>,
    plus: Option<usize>,
    open: BTreeMap<&'p str, Vec<Mark>>,
}

/// What remains to be known of a pattern whose open end is reached: of those with the same slot, the greatest rank.
#[derive(Debug, Clone, Copy)]
struct Mark {
    slot: usize,
    rank: usize,
}

/// How far all patterns are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    /// Nodes that are reached.
    alive: Vec<usize>,
    /// Ranks of open ends that are reached, one for each slot.
    reached: Vec<usize>,
    /// The position in the pattern in question; nothing once its open end is reached.
    position: Option<usize>,
}

impl State {
    /// Whatever follows is inside the pattern in question.
    fn is_inside(&self) -> bool {
        self.position.is_none()
    }
}

/// A path on the way, with its cost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Trail {
    empty_segments: usize,
    length: usize,
    text: String,
}

impl<'p> Classes<'p> {
    /// Nothing but the pattern in question, whose first `first` segments are the Vault namespace.
    pub(super) fn new(within: &'p PathPattern, first: usize) -> Classes<'p> {
        Classes { nodes: vec![Node::default()], slots: 0, within: parts(within).collect(), first }
    }

    /// Makes room for `count` numbers, and gives the first of them.
    pub(super) fn slots(&mut self, count: usize) -> usize {
        self.slots += count;
        self.slots - count
    }

    /// Takes a pattern. Once its open end is reached, of all that share a slot only the one of the greatest rank counts;
    /// ranks begin at one.
    pub(super) fn insert(&mut self, pattern: &'p PathPattern, slots: &[usize], rank: usize) {
        let mut node = 0;
        for part in parts(pattern) {
            let fresh = self.nodes.len();
            let Some(here) = self.nodes.get_mut(node) else { return };
            node = match part {
                Part::Any => *here.plus.get_or_insert(fresh),
                Part::Literal(text) => *here.literals.entry(text).or_insert(fresh),
                Part::Open(start) => {
                    let marks = slots.iter().map(|slot| Mark { slot: *slot, rank });
                    here.open.entry(start).or_default().extend(marks);
                    return;
                }
            };
            if node == fresh {
                self.nodes.push(Node::default());
            }
        }
    }

    /// The shortest path inside the pattern in question which `judge` takes: of the fewest segments, of these one
    /// without empty segments, of these the shortest text.
    ///
    /// What it takes is drawn from `steps`, with that for each judgement, which walks the rules of the token `walks` times;
    /// it is an error once they are spent.
    pub(super) fn shortest(
        &self,
        steps: &mut u64,
        walks: u64,
        judge: &mut impl FnMut(&str) -> bool,
    ) -> Result<Option<String>, TooComplex> {
        let start = State { alive: vec![0], reached: vec![0; self.slots], position: Some(0) };
        let mut level = vec![(Trail { empty_segments: 0, length: 0, text: String::new() }, start.clone())];
        let mut visited = HashSet::from([start]);
        let walking = 8 + u64::try_from(self.nodes.len() / 32).unwrap_or(u64::MAX);
        let judging = walks.saturating_mul(walking);
        let mut depth = 0;
        while !level.is_empty() {
            let mut found: Option<Trail> = None;
            let mut next: Vec<(Trail, State)> = Vec::new();
            for (trail, state) in &level {
                for segment in self.alphabet(state) {
                    let stepping = 2 + u64::try_from(state.alive.len() + self.slots).unwrap_or(u64::MAX);
                    let Some(rest) = steps.checked_sub(stepping) else {
                        *steps = 0;
                        return Err(TooComplex);
                    };
                    *steps = rest;
                    let Some(state) = self.step(state, &segment) else { continue };
                    let trail = trail.with(&segment, depth);
                    if state.is_inside() || depth + 1 == self.within.len() {
                        *steps = steps.saturating_sub(judging);
                        if found.as_ref().is_none_or(|best| trail < *best) && judge(&trail.text) {
                            found = Some(trail.clone());
                        }
                    }
                    // Requests have no slash in front.
                    if segment.is_empty() && depth == self.first {
                        continue;
                    }
                    next.push((trail, state));
                }
            }
            if let Some(found) = found {
                return Ok(Some(found.text));
            }
            next.sort_by(|(one, _), (other, _)| one.cmp(other));
            next.retain(|(_, state)| visited.insert(state.clone()));
            level = next;
            depth += 1;
        }
        Ok(None)
    }

    /// Where a segment leads; nothing if it leads out of the pattern in question.
    fn step(&self, state: &State, segment: &str) -> Option<State> {
        let position = match state.position {
            None => None,
            Some(at) => match self.within.get(at)? {
                Part::Any => Some(at + 1),
                Part::Literal(text) if *text == segment => Some(at + 1),
                Part::Open(start) if segment.starts_with(start) => None,
                _ => return None,
            },
        };
        let mut reached = state.reached.clone();
        let mut alive = Vec::with_capacity(state.alive.len());
        for node in state.alive.iter().filter_map(|at| self.nodes.get(*at)) {
            alive.extend(node.literals.get(segment));
            alive.extend(node.plus);
            if node.open.is_empty() {
                continue;
            }
            let heads = segment.char_indices().map(|(at, _)| at).chain([segment.len()]);
            for mark in heads.filter_map(|at| node.open.get(segment.get(..at)?)).flatten() {
                if let Some(rank) = reached.get_mut(mark.slot) {
                    *rank = (*rank).max(mark.rank);
                }
            }
        }
        alive.sort_unstable();
        Some(State { alive, reached, position })
    }

    /// One text for each class of segments that can come next.
    fn alphabet(&self, state: &State) -> Vec<String> {
        let part = state.position.map_or(Some(&Part::Any), |at| self.within.get(at));
        let head = match part {
            None => return Vec::new(),
            Some(Part::Literal(text)) => return vec![(*text).to_owned()],
            Some(Part::Any) => "",
            Some(Part::Open(start)) => *start,
        };
        let mut literals: BTreeSet<&str> = BTreeSet::new();
        let mut starts: BTreeSet<&str> = BTreeSet::from([head]);
        for node in state.alive.iter().filter_map(|at| self.nodes.get(*at)) {
            literals.extend(node.literals.keys().filter(|text| text.starts_with(head)));
            starts.extend(node.open.keys().filter(|text| text.starts_with(head)));
        }
        let mut all: BTreeSet<String> = literals.iter().map(|text| (*text).to_owned()).collect();
        for start in &starts {
            let is_itself = !start.is_empty() && !literals.contains(start);
            all.insert(if is_itself { (*start).to_owned() } else { extended(start, &literals, &starts) });
        }
        if head.is_empty() {
            all.insert(String::new());
        }
        all.into_iter().collect()
    }
}

impl Trail {
    fn with(&self, segment: &str, depth: usize) -> Trail {
        let slash = if depth == 0 { "" } else { "/" };
        let text = format!("{}{slash}{segment}", self.text);
        let empty = usize::from(segment.is_empty());
        Trail { empty_segments: self.empty_segments + empty, length: text.len(), text }
    }
}

/// A text that begins with `start`, is no literal, and begins with no longer start.
fn extended(start: &str, literals: &BTreeSet<&str>, starts: &BTreeSet<&str>) -> String {
    let letters = ('a'..='z').cycle().skip(23).take(26);
    // Each literal and each start rules out one character at most.
    let characters = letters.chain('0'..='9').chain('\u{100}'..='\u{2000}');
    let mut texts = characters.map(|character| format!("{start}{character}"));
    let is_free = |text: &String| !literals.contains(text.as_str()) && !starts.contains(text.as_str());
    texts.find(is_free).unwrap_or_else(|| {
        let longest = literals.iter().chain(starts).map(|text| text.len()).max().unwrap_or(0);
        format!("{start}{}", "\u{2001}".repeat(longest + 1))
    })
}

/// Which numbers a rule's open end touches: what decides between rules that match a listed path is more than one rank.
pub(super) fn slots_of(
    class: PatternClass,
    base: usize,
    lists: bool,
    denies: bool,
    grants: bool,
) -> Vec<usize> {
    match (lists, class) {
        (false, _) => vec![base],
        (true, PatternClass::Segments) => {
            let mut slots = vec![base + 1];
            slots.extend(denies.then_some(base + 2));
            slots.extend((grants && !denies).then_some(base + 3));
            slots
        }
        (true, _) => vec![base],
    }
}
