//! The tokens of somebody on both sides, and which rules of theirs could make a difference.
//!
//! What a token says to a request hangs on nothing but its merged rules that match the path in one of its forms (a list
//! looks at a path with and without its last slash). So where two tokens answer differently, one of these rules is not
//! there in the same way in the other token: a *candidate*. It is enough to look at the paths that candidates match.

use std::collections::{BTreeMap, HashSet};

use super::contents::{BUILT_IN_POLICY, Contents};
use super::side::Hold;
use crate::model::vault::policy::PathRule;
use crate::semantics::dialect::Dialect;
use crate::syntax::{Sources, Span};

/// The tokens of one identity in one Vault namespace.
pub(super) struct Parties<'q, 's> {
    /// `""`, or with a slash at the end.
    pub(super) namespace: &'q str,
    pub(super) old: Vec<Seat<'q, 's>>,
    pub(super) new: Vec<Seat<'q, 's>>,
    /// Tokens that are compared with one another, by their positions; one that both sides have is in none.
    pub(super) pairs: Vec<Pair>,
    /// The server before, the server now.
    pub(super) lanes: Vec<(Dialect, Dialect)>,
    /// Servers that store a policy of one side and not that of the other, with the policy and whether the new side has it.
    pub(super) refusing: Vec<(Dialect, String, Span, bool)>,
    /// What the policy `default` of servers says is compared; otherwise somebody merely begins or ceases to hold it.
    pub(super) built_in_counts: bool,
}

/// A token.
#[derive(Clone, Copy)]
pub(super) struct Seat<'q, 's> {
    pub(super) hold: &'q Hold<'s>,
    /// Position of the role that issues it; nothing for a policy alone.
    pub(super) role: Option<usize>,
    /// The label of that role.
    pub(super) label: &'q str,
}

/// Positions in the lists of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Pair {
    pub(super) old: Option<usize>,
    pub(super) new: Option<usize>,
}

impl<'q, 's> Parties<'q, 's> {
    /// Tokens of one Vault namespace.
    pub(super) fn new(namespace: &'q str, old: Vec<Seat<'q, 's>>, new: Vec<Seat<'q, 's>>) -> Parties<'q, 's> {
        let pairs = pairs(&old, &new);
        let default_in = |seats: &[Seat<'_, '_>]| seats.iter().any(|seat| seat.hold.has_named("default"));
        let built_in_counts = default_in(&old) && default_in(&new);
        let (lanes, refusing) = lanes(&old, &new);
        Parties { namespace, old, new, pairs, lanes, refusing, built_in_counts }
    }

    /// The token that faces another one.
    pub(super) fn partner(&self, of_new: bool, at: usize) -> Option<usize> {
        let own = |pair: &&Pair| if of_new { pair.new == Some(at) } else { pair.old == Some(at) };
        let pair = self.pairs.iter().find(own)?;
        if of_new { pair.old } else { pair.new }
    }

    /// The labels of the rules that are not on the other side in the same way: without a leading slash, with the label
    /// as it is written and a place where it stands, on the new side if it is there.
    pub(super) fn candidates(
        &self,
        contents: &mut Contents<'s>,
        sources: (&Sources, &Sources),
    ) -> BTreeMap<&'s str, (&'s str, Span, bool)> {
        let mut found: BTreeMap<&'s str, (&'s str, Span, bool)> = BTreeMap::new();
        for pair in &self.pairs {
            let old = pair.old.and_then(|at| self.old.get(at)).map(|seat| seat.hold);
            let new = pair.new.and_then(|at| self.new.get(at)).map(|seat| seat.hold);
            let of_old = self.differing(old, new);
            let of_new = self.differing(new, old);
            let numbers = |rules: &[&'s PathRule], contents: &mut Contents<'s>, sources: &Sources| {
                rules.iter().map(|rule| contents.rule(rule, sources)).collect::<Vec<u32>>()
            };
            let old_numbers = numbers(&of_old, contents, sources.0);
            let new_numbers = numbers(&of_new, contents, sources.1);
            let (in_old, in_new): (HashSet<u32>, HashSet<u32>) =
                (old_numbers.iter().copied().collect(), new_numbers.iter().copied().collect());
            let fresh = of_new.iter().zip(&new_numbers).filter(|(_, number)| !in_old.contains(number));
            let gone = of_old.iter().zip(&old_numbers).filter(|(_, number)| !in_new.contains(number));
            let mut differing: Vec<(&'s PathRule, bool)> = fresh.map(|(rule, _)| (*rule, true)).collect();
            differing.extend(gone.map(|(rule, _)| (*rule, false)));
            // With such a rule, the server refuses every request of the token.
            if differing.iter().any(|(rule, _)| rule.path.value.contains("+*")) {
                differing.extend(all_rules(new).map(|rule| (rule, true)));
                differing.extend(all_rules(old).map(|rule| (rule, false)));
            }
            for (rule, is_new) in differing {
                let written = rule.path.as_str();
                let label = written.strip_prefix('/').unwrap_or(written);
                found.entry(label).or_insert((written, rule.path.span, is_new));
            }
        }
        found
    }

    /// The rules of those policies of a token that the other token does not hold as they are.
    fn differing(&self, of: Option<&Hold<'s>>, other: Option<&Hold<'s>>) -> Vec<&'s PathRule> {
        let Some(of) = of else { return Vec::new() };
        let known = other.map_or(&[][..], |other| &other.contents);
        let texts = of.texts.iter().filter(|text| {
            let counts = text.content != BUILT_IN_POLICY || self.built_in_counts;
            counts && known.binary_search(&text.content).is_err()
        });
        texts
            .flat_map(|text| match text.written() {
                Some(policy) => policy.path_rules.iter().collect::<Vec<_>>(),
                None => of
                    .dialects
                    .iter()
                    .filter_map(|dialect| text.on(*dialect))
                    .flat_map(|policy| &policy.path_rules)
                    .collect(),
            })
            .collect()
    }
}

fn all_rules<'s>(hold: Option<&Hold<'s>>) -> impl Iterator<Item = &'s PathRule> {
    let written = hold.into_iter().flat_map(|hold| &hold.texts).filter_map(|text| text.written());
    written.flat_map(|policy| &policy.path_rules)
}

/// Tokens that give the same answers need not be compared; of the others, those of the same role face each other, then
/// those that have most policies in common.
fn pairs(old: &[Seat<'_, '_>], new: &[Seat<'_, '_>]) -> Vec<Pair> {
    let has = |seats: &[Seat<'_, '_>], key: u32| seats.iter().any(|seat| seat.hold.key == key);
    let mut left: Vec<usize> =
        old.iter().enumerate().filter(|(_, seat)| !has(new, seat.hold.key)).map(|(at, _)| at).collect();
    let mut waiting = Vec::new();
    let mut pairs = Vec::new();
    for (at, seat) in new.iter().enumerate().filter(|(_, seat)| !has(old, seat.hold.key)) {
        let same = left.iter().position(|other| old.get(*other).is_some_and(|it| it.label == seat.label));
        match same {
            Some(place) => pairs.push(Pair { old: Some(left.remove(place)), new: Some(at) }),
            None => waiting.push(at),
        }
    }
    for at in waiting {
        let own = new.get(at).map_or(&[][..], |seat| &seat.hold.contents);
        let common = |other: usize| {
            let others = old.get(other).map_or(&[][..], |seat| &seat.hold.contents);
            own.iter().filter(|number| others.binary_search(number).is_ok()).count()
        };
        let best = (0..left.len()).max_by_key(|place| {
            (left.get(*place).map_or(0, |other| common(*other)), std::cmp::Reverse(*place))
        });
        let partner = best.filter(|place| left.get(*place).is_some_and(|other| common(*other) > 0));
        pairs.push(Pair { old: partner.map(|place| left.remove(place)), new: Some(at) });
    }
    pairs.extend(left.into_iter().map(|at| Pair { old: Some(at), new: None }));
    pairs
}

type Refusing = Vec<(Dialect, String, Span, bool)>;

/// Which servers are compared. A server that stores neither the policies of before nor those of now keeps what it has.
fn lanes(old: &[Seat<'_, '_>], new: &[Seat<'_, '_>]) -> (Vec<(Dialect, Dialect)>, Refusing) {
    let meant = |seats: &[Seat<'_, '_>]| -> Vec<Dialect> {
        let is_meant = |dialect: &Dialect| seats.iter().any(|seat| seat.hold.dialects.contains(dialect));
        Dialect::ALL.into_iter().filter(is_meant).collect()
    };
    let (before, now) = (meant(old), meant(new));
    let both: Vec<Dialect> = before.iter().copied().filter(|dialect| now.contains(dialect)).collect();
    let mut lanes: Vec<(Dialect, Dialect)> = match (before.is_empty(), now.is_empty()) {
        (true, _) => now.iter().map(|dialect| (*dialect, *dialect)).collect(),
        (_, true) => before.iter().map(|dialect| (*dialect, *dialect)).collect(),
        _ if both.is_empty() => {
            before.iter().flat_map(|before| now.iter().map(move |now| (*before, *now))).collect()
        }
        _ => both.iter().map(|dialect| (*dialect, *dialect)).collect(),
    };
    let refused = |seats: &[Seat<'_, '_>], dialect: Dialect| {
        let refused = seats.iter().flat_map(|seat| &seat.hold.refused_by);
        refused.filter(|(by, ..)| *by == dialect).map(|(_, name, span)| (name.clone(), *span)).next()
    };
    let mut refusing: Refusing = Vec::new();
    lanes.retain(|(before, now)| {
        let found = (refused(old, *before), refused(new, *now));
        match &found {
            (Some((name, span)), None) => refusing.push((*before, name.clone(), *span, false)),
            (None, Some((name, span))) => refusing.push((*now, name.clone(), *span, true)),
            _ => {}
        }
        found == (None, None)
    });
    (lanes, refusing)
}
