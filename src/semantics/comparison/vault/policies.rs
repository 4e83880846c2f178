//! Policies that no auth role attaches, by name: each as the only policy of a token.

use std::collections::BTreeMap;

use super::super::{Change, Comparison, Direction, Doubt, Evidence, Side, What, word};
use super::contents::Contents;
use super::side::{Arranged, Hold, Keys, vault_namespace};
use crate::model::vault::policy::Policy;
use crate::semantics::joined::is_stored;
use crate::syntax::Span;

/// A policy of one name on both sides.
pub(super) struct Named<'s> {
    /// In lower case.
    pub(super) name: String,
    /// Where the name stands, for one that an input defines on one side alone.
    place: Option<Span>,
    pub(super) old: Option<Hold<'s>>,
    pub(super) new: Option<Hold<'s>>,
}

/// By Vault namespace and name: the definitions before and now.
type Definitions<'s> = BTreeMap<(String, String), (Vec<&'s Policy>, Vec<&'s Policy>)>;

/// The policies that are compared by name. One that tokens hold on both sides is compared by what they may do; one that
/// tokens hold on one side and that is not there on the other, too. Any other may be attached by what is not in the
/// inputs, and is compared by itself: also one that tokens hold on one side and that stands unattached on the other, as
/// its change would else be told for nobody.
pub(super) fn named<'s>(
    old: &Arranged<'s>,
    new: &Arranged<'s>,
    contents: &mut Contents<'s>,
    keys: &mut Keys,
    comparison: &mut Comparison,
) -> Vec<Named<'s>> {
    let mut definitions = Definitions::new();
    for side in [old, new] {
        for policy in side.access.project().policies.iter().filter(|policy| policy.key() != "root") {
            let key = (vault_namespace(side.access, policy), policy.key());
            let (before, now) = definitions.entry(key).or_default();
            if side.side == Side::Old { before.push(policy) } else { now.push(policy) }
        }
    }
    let is_held =
        |side: &Arranged<'_>, policy: &Policy| side.attached.contains(&(policy.name.span, policy.span));
    let mut all = Vec::new();
    for ((_, name), (before, now)) in definitions {
        let any_held =
            (before.iter().any(|policy| is_held(old, policy)), now.iter().any(|policy| is_held(new, policy)));
        // Tokens that hold one of several are told of where they are compared.
        let is_several = before.len() != now.len() && before.len().min(now.len()) > 0;
        if is_several && any_held == (false, false) {
            let (side, all) = if now.len() > before.len() { (Side::New, &now) } else { (Side::Old, &before) };
            let text = format!(
                "the policy {} is defined {} times before and {} times now, and which of them servers have is not \
                 known",
                word(&name),
                before.len(),
                now.len()
            );
            let place = all.last().map(|policy| policy.name.span);
            comparison.doubts.push(Doubt { side, text, place });
        }
        for (before, now) in paired(before, now, old, new) {
            let held = (before.is_some_and(|it| is_held(old, it)), now.is_some_and(|it| is_held(new, it)));
            let settled = match (before.is_some(), now.is_some()) {
                (true, true) => held == (true, true),
                (true, false) => held.0 || any_held.1,
                _ => held.1 || any_held.0,
            };
            if settled {
                continue;
            }
            let mut hold = |side: &Arranged<'s>, policy: Option<&'s Policy>| {
                let policy = policy.filter(|policy| is_stored(policy))?;
                Some(Hold::of_policy(side.side, side.access, policy, contents, keys))
            };
            let (of_old, of_new) = (hold(old, before), hold(new, now));
            for (side, policy, own, other) in
                [(Side::Old, before, &of_old, now), (Side::New, now, &of_new, before)]
            {
                let Some(policy) = policy.filter(|_| own.is_none()) else { continue };
                if side == Side::New || other.is_some_and(is_stored) {
                    let is_there = other.is_some_and(|other| !is_stored(other));
                    let text = format!("servers refuse the policy {} as it is written", word(&name));
                    let doubt = Doubt { side, text, place: Some(policy.name.span) };
                    comparison.doubts.extend((!is_there).then_some(doubt));
                }
            }
            // A server that refuses the new text keeps the old one.
            if now.is_some() && of_new.is_none() {
                continue;
            }
            let place = before.or(now).map(|policy| policy.name.span);
            all.push(Named { name: name.clone(), place, old: of_old, new: of_new });
        }
    }
    renamed(all, comparison)
}

/// Of policies that nothing attaches, one that is gone and one that says the same have one name and another. Whoever is
/// to hold it has to name it so; but nobody of whom the inputs know gains or loses by it. `default` is held by everybody.
fn renamed<'s>(all: Vec<Named<'s>>, comparison: &mut Comparison) -> Vec<Named<'s>> {
    let (mut gone, mut rest): (Vec<Named<'s>>, Vec<Named<'s>>) =
        all.into_iter().partition(|named| named.new.is_none() && named.name != "default");
    let mut kept = Vec::with_capacity(rest.len());
    for come in rest.drain(..) {
        let key = come.new.as_ref().filter(|_| come.old.is_none() && come.name != "default");
        let place = key.and_then(|hold| {
            gone.iter().position(|other| other.old.as_ref().is_some_and(|old| old.key == hold.key))
        });
        let Some(place) = place else {
            kept.push(come);
            continue;
        };
        let former = gone.remove(place);
        let evidence = [(Side::Old, &former), (Side::New, &come)].into_iter().filter_map(|(side, named)| {
            let text = format!("policy {} says the same", word(&named.name));
            Some(Evidence { side, span: named.place?, text })
        });
        let evidence = evidence.collect();
        let what = What::Setting {
            of: format!("policy {}", word(&come.name)),
            name: "name".to_owned(),
            before: Some(former.name.clone()),
            after: Some(come.name.clone()),
        };
        let who = vec![format!("policy:{}", come.name)];
        comparison.changes.push(Change { direction: Direction::Changed, who, what, evidence });
    }
    kept.extend(gone);
    kept.sort_by(|one, other| one.name.cmp(&other.name));
    kept
}

/// Definitions of one name that stand for one another: those in files whose paths end alike in the most parts first, as
/// the two sides may lie in different directories.
fn paired<'s>(
    before: Vec<&'s Policy>,
    now: Vec<&'s Policy>,
    old: &Arranged<'s>,
    new: &Arranged<'s>,
) -> Vec<(Option<&'s Policy>, Option<&'s Policy>)> {
    fn file<'s>(side: &Arranged<'s>, policy: &Policy) -> &'s str {
        let source = side.access.project().sources.get(policy.name.span.source);
        source.map_or("", |source| source.name.as_str())
    }
    let alike = |one: &str, other: &str| {
        one.rsplit('/').zip(other.rsplit('/')).take_while(|(one, other)| one == other).count()
    };
    let mut closeness: Vec<(std::cmp::Reverse<usize>, usize, usize)> = Vec::new();
    for (at, policy) in now.iter().enumerate() {
        let own = file(new, policy);
        let others = before.iter().enumerate();
        closeness.extend(
            others.map(|(place, other)| (std::cmp::Reverse(alike(own, file(old, other))), at, place)),
        );
    }
    closeness.sort_unstable();
    let mut partner: Vec<Option<usize>> = vec![None; now.len()];
    let mut taken = vec![false; before.len()];
    for (_, at, place) in closeness {
        if let (Some(own @ None), Some(is_taken @ false)) = (partner.get_mut(at), taken.get_mut(place)) {
            (*own, *is_taken) = (Some(place), true);
        }
    }
    let of_new = now.iter().zip(&partner);
    let mut pairs: Vec<(Option<&'s Policy>, Option<&'s Policy>)> = of_new
        .map(|(policy, place)| (place.and_then(|place| before.get(place)).copied(), Some(*policy)))
        .collect();
    let left = before.iter().zip(&taken).filter(|(_, is_taken)| !**is_taken);
    pairs.extend(left.map(|(policy, _)| (Some(*policy), None)));
    pairs
}
