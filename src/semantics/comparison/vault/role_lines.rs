//! The lines of auth roles to which a difference is owed.

use super::super::{Evidence, Side, word};
use super::identities::Somebody;
use super::parties::Parties;
use super::question::Found;
use super::side::Arranged;
use crate::semantics::bound;

/// The lines of roles that make the difference: those that attach a policy which the facing token does not hold, and
/// those that admit somebody whom no facing role admits.
pub(super) fn of_roles(
    parties: &Parties<'_, '_>,
    found: &Found,
    somebody: &Somebody,
    (old, new): (&Arranged<'_>, &Arranged<'_>),
) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    for (side, own, other) in [(old, found.pair.old, found.pair.new), (new, found.pair.new, found.pair.old)] {
        let (seats, others) = match side.side {
            Side::Old => (&parties.old, &parties.new),
            Side::New => (&parties.new, &parties.old),
        };
        let Some(seat) = own.and_then(|at| seats.get(at)) else { continue };
        let Some(role) = seat.role.and_then(|at| side.roles.get(at)) else { continue };
        let facing = other.and_then(|at| others.get(at));
        let Some(facing) = facing else {
            let entry = role.role.names().iter().find(|entry| bound::admits(entry.as_str(), &somebody.name));
            evidence.extend(entry.map(|entry| Evidence {
                side: side.side,
                span: entry.span,
                text: format!("{} admits it", role.role.words()),
            }));
            continue;
        };
        for (_, name) in found.policies.iter().filter(|(of, _)| *of == side.side) {
            if facing.hold.names(name) {
                continue;
            }
            let entry = role.role.policies().iter().find(|entry| entry.value.trim().to_lowercase() == *name);
            evidence.extend(entry.map(|entry| Evidence {
                side: side.side,
                span: entry.span,
                text: format!("{} attaches the policy {}", role.role.words(), word(name)),
            }));
        }
    }
    evidence
}
