//! Auth roles under another name.
//!
//! Whoever logs in names the role, so that a new name is a change. It gives nobody anything: a role that is gone and one
//! that has come, at the same mount and for the same service accounts, are taken for one role.

use std::collections::BTreeSet;

use super::super::{Change, Comparison, Direction, Evidence, What, word};
use super::{Pair, Way, admitted, sorted};

/// The pairs, with those that are gone joined to those that have come: first those that say the same, then those that
/// admit the same. The rest stays alone.
pub(super) fn joined<'r, 'q, 'a>(pairs: Vec<Pair<'r, 'q, 'a>>) -> Vec<Pair<'r, 'q, 'a>> {
    let (mut joined, mut gone, mut come) = (Vec::new(), Vec::new(), Vec::new());
    for pair in pairs {
        match (pair.old, pair.new) {
            (Some(_), None) => gone.push(pair),
            (None, Some(_)) => come.push(pair),
            _ => joined.push(pair),
        }
    }
    for is_alike in [says_the_same, admits_the_same] {
        let waiting = std::mem::take(&mut come);
        for pair in waiting {
            let place = gone.iter().position(|other| {
                let is_there = (&other.key.0, &other.key.1) == (&pair.key.0, &pair.key.1);
                is_there && other.old.zip(pair.new).is_some_and(|(old, new)| is_alike(old, new))
            });
            match place {
                Some(place) => joined.push(Pair { old: gone.swap_remove(place).old, ..pair }),
                None => come.push(pair),
            }
        }
    }
    joined.extend(gone);
    joined.extend(come);
    joined.sort_by(|one, other| one.key.cmp(other.key));
    joined
}

fn says_the_same(old: &Way<'_, '_>, new: &Way<'_, '_>) -> bool {
    let token = |way: &Way<'_, '_>| {
        let issued = way.issued()?;
        let policies: BTreeSet<String> = issued.policies.iter().map(|policy| policy.name.clone()).collect();
        let audience = way.role.fields.text("audience").map(|text| text.value.to_owned());
        Some((policies, issued.token_type, issued.ttl, issued.lives_at_most, audience))
    };
    admits_the_same(old, new) && token(old) == token(new)
}

fn admits_the_same(old: &Way<'_, '_>, new: &Way<'_, '_>) -> bool {
    let set = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
    let bounds = |way: &Way<'_, '_>| {
        (set(way.names()), set(way.namespaces()), way.selector().map(|selector| selector.key))
    };
    old.issued().is_some() && new.issued().is_some() && bounds(old) == bounds(new)
}

/// Takes in the new name.
pub(super) fn tell(label: &str, old: &Way<'_, '_>, new: &Way<'_, '_>, comparison: &mut Comparison) {
    let name = |way: &Way<'_, '_>| Some(way.role.name.value.to_lowercase());
    let evidence = [old, new].map(|way| Evidence {
        side: way.side,
        span: way.role.name.span,
        text: format!("{} of the same service accounts", way.role.words()),
    });
    comparison.changes.push(Change {
        direction: Direction::Changed,
        who: sorted(admitted(new)),
        what: What::Setting {
            of: format!("auth role {}", word(label)),
            name: "name".to_owned(),
            before: name(old),
            after: name(new),
        },
        evidence: evidence.into(),
    });
}
