//! What tokens on the same or on laxer terms give.

use std::collections::BTreeSet;

use super::login_terms::LoginTerms;
use super::{Arranged, Comparing, Direction, Parties, Seat, Seats, Somebody, seated};
use crate::syntax::Spanned;

impl<'s> Comparing<'_, 's> {
    /// Compares what tokens on the same or on laxer terms give: what is allowed to a token of ten minutes is more once a
    /// token of a day allows it.
    ///
    /// A role of both sides stands on the side that has less with its terms of both sides: that these are laxer or
    /// stricter now is told by itself.
    pub(super) fn on_terms(
        &mut self,
        namespace: &str,
        (of_old, of_new): (Seats<'_>, Seats<'_>),
        somebodies: &[Somebody],
        (old, new): (&Arranged<'s>, &Arranged<'s>),
    ) {
        let terms = |side: &Arranged<'s>, seat: &Seat<'_, 's>| -> Option<LoginTerms> {
            Some(side.roles.get(seat.role?)?.terms.clone())
        };
        for direction in [Direction::Gained, Direction::Lost] {
            let (before, now) = (seated(old, of_old, namespace), seated(new, of_new, namespace));
            let is_gained = direction == Direction::Gained;
            let ((more_side, more), (less_side, less)) =
                if is_gained { ((new, now), (old, before)) } else { ((old, before), (new, now)) };
            let all: BTreeSet<LoginTerms> = more.iter().filter_map(|seat| terms(more_side, seat)).collect();
            for asked in all {
                let meets = |side: &Arranged<'s>, seat: &Seat<'_, 's>| {
                    terms(side, seat).is_some_and(|own| asked.are_met_by(&own))
                };
                let lax: Vec<Seat<'_, 's>> =
                    more.iter().filter(|seat| meets(more_side, seat)).copied().collect();
                let facing: Vec<Seat<'_, 's>> = less
                    .iter()
                    .filter(|seat| {
                        meets(less_side, seat)
                            || lax.iter().any(|other| other.label == seat.label)
                            || lax.iter().any(|other| is_renamed((less_side, seat), (more_side, other)))
                    })
                    .copied()
                    .collect();
                // Otherwise nothing is found that is not found without regard to terms.
                if facing.len() == less.len() {
                    continue;
                }
                let parties = match is_gained {
                    true => Parties::new(namespace, facing, lax),
                    false => Parties::new(namespace, lax, facing),
                };
                self.compare(&parties, somebodies, Some((old, new)), Some((direction, &asked)));
            }
        }
    }
}

/// True if the role of one side is gone, and that of the other has come and gives the same to the same: its terms are told
/// with its name.
fn is_renamed(
    (gone, one): (&Arranged<'_>, &Seat<'_, '_>),
    (come, other): (&Arranged<'_>, &Seat<'_, '_>),
) -> bool {
    let role = |side: &'_ Arranged<'_>, seat: &Seat<'_, '_>| -> Option<_> {
        let role = side.roles.get(seat.role?)?;
        let set = |list: &[Spanned<String>]| -> BTreeSet<String> {
            list.iter().map(|entry| entry.value.clone()).collect()
        };
        let selector = role.selector.as_ref().map(|selector| selector.key.clone());
        Some((role.method.path.to_owned(), set(role.role.names()), set(role.role.namespaces()), selector))
    };
    let is_there = |side: &Arranged<'_>, label: &str| side.roles.iter().any(|role| role.label == label);
    one.hold.key == other.hold.key
        && role(gone, one) == role(come, other)
        && !is_there(come, one.label)
        && !is_there(gone, other.label)
}
