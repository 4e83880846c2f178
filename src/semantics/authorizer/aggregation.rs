//! Aggregated ClusterRoles: the rules of those that their selectors choose, in place of their own.

use std::collections::{BTreeMap, HashMap};

use super::{HeldRole, WrittenRule};
use crate::semantics::rbac;

/// A rule with a number that rules of the same words share.
type Numbered<'a> = (usize, WrittenRule<'a>);

/// Fills aggregated roles until nothing changes. A role whose selectors yield nothing keeps its own rules. Roles that
/// select each other in a circle, whose outcome hangs on the order of events in a real cluster, are gone through by name,
/// and not without end.
pub(super) fn fill<'a>(roles: &mut BTreeMap<&'a str, HeldRole<'a>>) {
    let sources: Vec<Vec<usize>> = roles.values().map(|held| sources(held, roles)).collect();
    if sources.iter().all(Vec::is_empty) {
        return;
    }
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); sources.len()];
    for (reader, sources) in sources.iter().enumerate() {
        for source in sources {
            readers.get_mut(*source).into_iter().for_each(|readers| readers.push(reader));
        }
    }
    let mut numbers = HashMap::new();
    let mut rules: Vec<Vec<Numbered<'a>>> = Vec::with_capacity(sources.len());
    for held in roles.values() {
        let numbered = held.rules.iter().map(|written| {
            let next = numbers.len();
            (*numbers.entry(rbac::words(written.1)).or_insert(next), *written)
        });
        rules.push(numbered.collect());
    }
    let circles = circles(&sources, &readers);
    let mut is_due = vec![true; sources.len()];
    for _ in 0..=sources.len() {
        let mut changed = false;
        for (at, sources) in sources.iter().enumerate() {
            if sources.is_empty() || !is_due.get_mut(at).is_some_and(std::mem::take) {
                continue;
            }
            let filled = collected(sources, &rules, numbers.len());
            let Some(own) = rules.get_mut(at).filter(|own| {
                !filled.is_empty() && {
                    let in_circle = circles.get(at) == Some(&true);
                    words(own, in_circle) != words(&filled, in_circle)
                }
            }) else {
                continue;
            };
            *own = filled;
            changed = true;
            for reader in readers.get(at).into_iter().flatten() {
                is_due.get_mut(*reader).into_iter().for_each(|is_due| *is_due = true);
            }
        }
        if !changed {
            break;
        }
    }
    for (held, rules) in roles.values_mut().zip(rules) {
        held.rules = rules.into_iter().map(|(_, written)| written).collect();
    }
}

/// The roles whose rules a role takes in, by their places; it never takes in itself.
fn sources(held: &HeldRole<'_>, roles: &BTreeMap<&str, HeldRole<'_>>) -> Vec<usize> {
    let selectors = &held.role.aggregation_selectors;
    if selectors.is_empty() {
        return Vec::new();
    }
    let others = roles.values().enumerate().filter(|(_, other)| {
        !std::ptr::eq(other.role, held.role)
            && selectors.iter().any(|selector| selector.selects(&other.role.meta))
    });
    others.map(|(at, _)| at).collect()
}

/// Which roles are in a circle, or take in one that is: all that are left once those are gone whose sources are gone.
fn circles(sources: &[Vec<usize>], readers: &[Vec<usize>]) -> Vec<bool> {
    let mut left: Vec<usize> = sources.iter().map(Vec::len).collect();
    let mut next: Vec<usize> = (0..left.len()).filter(|at| left.get(*at) == Some(&0)).collect();
    while let Some(at) = next.pop() {
        for reader in readers.get(at).into_iter().flatten() {
            if let Some(left) = left.get_mut(*reader) {
                *left -= 1;
                next.extend((*left == 0).then_some(*reader));
            }
        }
    }
    left.into_iter().map(|left| left > 0).collect()
}

/// The rules of some roles, each once.
fn collected<'a>(sources: &[usize], rules: &[Vec<Numbered<'a>>], most: usize) -> Vec<Numbered<'a>> {
    let mut is_new = vec![true; most];
    let all = sources.iter().filter_map(|source| rules.get(*source)).flatten();
    all.filter(|(number, _)| is_new.get_mut(*number).is_some_and(std::mem::take)).copied().collect()
}

/// The words of rules in their order; of a circle, in which orders may go round for ever, in one order and each once.
fn words(rules: &[Numbered<'_>], in_circle: bool) -> Vec<usize> {
    let mut words: Vec<usize> = rules.iter().map(|(number, _)| *number).collect();
    if in_circle {
        words.sort_unstable();
        words.dedup();
    }
    words
}
