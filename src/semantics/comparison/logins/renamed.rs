//! Auth roles under another name.
//!
//! Whoever logs in names the role, so that a new name is a change. It gives nobody anything: a role that is gone and one
//! that has come, at the same mount and for the same service accounts, are taken for one role.

use std::collections::{BTreeSet, HashMap};

use super::super::{Change, Comparison, Direction, Evidence, What, word};
use super::{Pair, Way, admitted, sorted};
use crate::model::vault::duration::Seconds;
use crate::semantics::login::TokenType;

/// The pairs, with those that are gone joined to those that have come: first those that say the same, then those that
/// admit the same. The rest stays alone.
pub(super) fn joined<'r, 'q, 'a>(pairs: Vec<Pair<'r, 'q, 'a>>) -> Vec<Pair<'r, 'q, 'a>> {
    let (mut joined, mut come) = (Vec::new(), Vec::new());
    let mut gone: HashMap<Bounds, Vec<(Pair<'r, 'q, 'a>, Terms)>> = HashMap::new();
    for pair in pairs {
        match (pair.old.map(said), pair.new.map(said)) {
            (Some(Some((bounds, terms))), None) => gone.entry(bounds).or_default().push((pair, terms)),
            (None, Some(Some((bounds, terms)))) => come.push((pair, bounds, terms)),
            _ => joined.push(pair),
        }
    }
    for on_the_same_terms in [true, false] {
        for (pair, bounds, terms) in std::mem::take(&mut come) {
            let others = gone.get_mut(&bounds);
            let found = others.and_then(|others| {
                let at = others.iter().position(|(_, other)| !on_the_same_terms || *other == terms)?;
                Some(others.swap_remove(at).0)
            });
            match found {
                Some(other) => joined.push(Pair { old: other.old, ..pair }),
                None => come.push((pair, bounds, terms)),
            }
        }
    }
    joined.extend(gone.into_values().flatten().map(|(pair, _)| pair));
    joined.extend(come.into_iter().map(|(pair, ..)| pair));
    joined.sort_by(|one, other| one.key.cmp(other.key));
    joined
}

/// Where a role is, and whom it admits: Vault namespace, mount, names, namespaces, and the selector.
type Bounds = (String, String, BTreeSet<String>, BTreeSet<String>, Option<String>);

/// What it gives them: policies, kind of the token, how long it lives, and for which audience.
type Terms = (BTreeSet<String>, TokenType, Seconds, Option<Seconds>, Option<String>);

/// Nothing of a role that servers refuse.
fn said(way: &Way<'_, '_>) -> Option<(Bounds, Terms)> {
    let issued = way.issued()?;
    let set = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
    let bounds = (
        way.method.namespace.clone(),
        way.method.path.to_owned(),
        set(way.names()),
        set(way.namespaces()),
        way.selector().map(|selector| selector.key),
    );
    let policies = issued.policies.iter().map(|policy| policy.name.clone()).collect();
    let audience = way.role.fields.text("audience").map(|text| text.value.to_owned());
    Some((bounds, (policies, issued.token_type, issued.ttl, issued.lives_at_most, audience)))
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
