//! What both sides say to one request, and which of them says more.

use super::{Chair, Lane, Question, Weighed, is_conditional};
use crate::model::vault::capability::Capability;
use crate::semantics::comparison::Direction;
use crate::semantics::comparison::vault::parties::Pair;
use crate::semantics::comparison::vault::terms::{Beyond, Terms};
use crate::semantics::language::Grant;
use crate::syntax::Sources;

/// The conditions under which a token gives a capability on a path.
struct Giving {
    token: usize,
    terms: Terms,
    /// Equal for equal terms.
    key: String,
}

impl Question<'_, '_> {
    /// What both sides say to a request on one pair of servers, for each direction in which that differs.
    pub(super) fn weigh_on(&self, lane: &Lane<'_>, capability: Capability, path: &str) -> Vec<Weighed> {
        let said = |chairs: &[Chair<'_>]| -> Vec<Grant> {
            chairs.iter().map(|chair| self.language(&chair.acl, capability).on(path)).collect()
        };
        let (old, new) = (said(&lane.old), said(&lane.new));
        let most = |grants: &[Grant]| grants.iter().copied().max().unwrap_or(Grant::No);
        let (before, after) = (most(&old), most(&new));
        let pair = |of_new: bool, token: usize| match of_new {
            true => Pair { old: self.parties.partner(true, token), new: Some(token) },
            false => Pair { old: Some(token), new: self.parties.partner(false, token) },
        };
        if before == Grant::No || after == Grant::No {
            let first = |chairs: &[Chair<'_>], grants: &[Grant], most: Grant| {
                let at = grants.iter().position(|grant| *grant == most)?;
                chairs.get(at).map(|chair| chair.token)
            };
            let (direction, pair) = match (before, after) {
                (Grant::No, Grant::No) => return Vec::new(),
                (Grant::No, _) => {
                    (Direction::Gained, first(&lane.new, &new, after).map(|token| pair(true, token)))
                }
                _ => (Direction::Lost, first(&lane.old, &old, before).map(|token| pair(false, token))),
            };
            let weighed = |pair| Weighed { direction, before, after, conditions: None, sent: None, pair };
            return pair.map(weighed).into_iter().collect();
        }
        let of_old = self.giving(&lane.old, &old, (capability, path), self.setting.sources.0);
        let of_new = self.giving(&lane.new, &new, (capability, path), self.setting.sources.1);
        let are_same = |one: &[Giving], other: &[Giving]| {
            one.iter().all(|giving| other.iter().any(|it| it.key == giving.key))
        };
        if are_same(&of_old, &of_new) && are_same(&of_new, &of_old) {
            return Vec::new();
        }
        // Whether any request meets them is not known.
        let is_unclear = [&old, &new].into_iter().flatten().any(|grant| *grant == Grant::Unclear);
        let conditions = Some((in_words(&of_old), in_words(&of_new)));
        let weighed = |direction, pair, sent| Weighed {
            direction,
            before,
            after,
            conditions: conditions.clone(),
            sent,
            pair,
        };
        let mut all: Vec<Weighed> = Vec::new();
        for (direction, of_new, more, less) in
            [(Direction::Gained, true, &of_new, &of_old), (Direction::Lost, false, &of_old, &of_new)]
        {
            let mut unknown = None;
            for giving in more {
                match self.beyond(giving, less) {
                    Beyond::Nothing => {}
                    Beyond::This(sent) => {
                        all.push(weighed(direction, pair(of_new, giving.token), Some(sent)));
                        unknown = None;
                        break;
                    }
                    Beyond::Unknown => unknown = unknown.or(Some(giving.token)),
                }
            }
            let fresh = more.first().map(|giving| giving.token).filter(|_| is_unclear && all.is_empty());
            if let Some(token) = unknown.or(fresh)
                && !all.iter().any(|it| it.direction == Direction::Unclear)
            {
                all.push(weighed(Direction::Unclear, pair(of_new, token), None));
            }
        }
        all
    }

    fn beyond(&self, giving: &Giving, others: &[Giving]) -> Beyond {
        let key = (giving.key.clone(), others.iter().map(|other| other.key.clone()).collect());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let others: Vec<Terms> = others.iter().map(|other| other.terms.clone()).collect();
        let found = giving.terms.beyond(&others);
        self.known.borrow_mut().insert(key, found.clone());
        found
    }

    /// The tokens that give the capability, with the conditions under which they do; one without any makes all others
    /// pointless.
    fn giving(
        &self,
        chairs: &[Chair<'_>],
        grants: &[Grant],
        (capability, path): (Capability, &str),
        sources: &Sources,
    ) -> Vec<Giving> {
        let chairs = chairs.iter().zip(grants).filter(|(_, grant)| **grant != Grant::No);
        let all = chairs.map(|(chair, _)| {
            let rule = self.deciding(&chair.acl, capability, path).filter(|rule| is_conditional(rule));
            let terms = rule.map_or_else(Terms::default, |rule| {
                Terms::of(rule, capability, chair.acl.dialect(), sources)
            });
            Giving { token: chair.token, key: format!("{terms:?}"), terms }
        });
        let mut all: Vec<Giving> = all.collect();
        if let Some(at) = all.iter().position(|giving| giving.terms.are_none()) {
            all = vec![all.swap_remove(at)];
        }
        all
    }
}

fn in_words(all: &[Giving]) -> String {
    let mut words: Vec<String> = all.iter().map(|giving| giving.terms.words()).collect();
    words.sort_unstable();
    words.dedup();
    words.join(", or ")
}
