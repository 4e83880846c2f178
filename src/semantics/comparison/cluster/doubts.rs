//! What keeps the comparison of RBAC from being the whole truth. What is unknown on both sides alike is no doubt: it
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Comparison, Direction, Doubt, Side, word};
use super::holdings::{Given, Holdings, Homes, Scope};
use super::principal::Principal;
use super::{copies, templates};
use crate::semantics::rbac::bootstrap;
use crate::syntax::Span;

/// Adds them. `homes` are those of the old and of the new project.
pub(super) fn add(
    old: &Holdings<'_>,
    new: &Holdings<'_>,
    homes: (&Homes<'_>, &Homes<'_>),
    comparison: &mut Comparison,
) {
    roles_elsewhere(Side::New, new, old, comparison);
    roles_elsewhere(Side::Old, old, new, comparison);
    extensions(new, old, comparison);
    let (old, new) = (old.access.project(), new.access.project());
    copies::add((old, homes.0), (new, homes.1), comparison);
    templates::add(old, new, comparison);
}

/// Roles that no input has, given on one side alone.
fn roles_elsewhere(side: Side, here: &Holdings<'_>, there: &Holdings<'_>, comparison: &mut Comparison) {
    let mut found: BTreeMap<(&str, &str), (Span, BTreeSet<String>)> = BTreeMap::new();
    for principal in here.principals() {
        for scope in here.scopes(principal) {
            let unknown = here.given(principal, scope).iter().filter(|given| given.rules.is_none());
            for given in unknown {
                if !is_there(there, principal, scope, given) {
                    let role = &given.binding.role_ref;
                    let entry = found.entry((role.kind.as_str(), role.name.as_str()));
                    let (_, who) = entry.or_insert((role.span, BTreeSet::new()));
                    who.insert(principal.words());
                }
            }
        }
    }
    let what = match side {
        Side::Old => "gave",
        Side::New => "gives",
    };
    for ((kind, name), (span, who)) in found {
        let (who, name) = (listed(who), word(name));
        let text =
            format!("the {kind} {name} is not among the inputs, so what it {what} to {who} is not known");
        comparison.doubts.push(Doubt { side, text, place: Some(span) });
    }
}

/// True if the principal has the same unknown role, or its group has, there or in the whole cluster.
fn is_there(there: &Holdings<'_>, principal: &Principal, scope: Scope<'_>, given: &Given<'_>) -> bool {
    let role = &given.binding.role_ref;
    let is_same = |other: &Given<'_>| {
        let other_role = &other.binding.role_ref;
        other.rules.is_none()
            && (other_role.kind.as_str(), other_role.name.as_str())
                == (role.kind.as_str(), role.name.as_str())
    };
    let everybody = std::iter::once(principal.clone()).chain(principal.groups());
    everybody.into_iter().any(|principal| {
        let mut scopes = there.scopes(&principal).filter(|other| *other == scope || *other == Scope::Cluster);
        scopes.any(|scope| there.given(&principal, scope).iter().any(is_same))
    })
}

/// `admin`, `edit` and `view` take in rules of what is installed: somebody who gets one of them has more than before,
/// even if all that Kubernetes itself puts into it was there already.
fn extensions(new: &Holdings<'_>, old: &Holdings<'_>, comparison: &mut Comparison) {
    const LADDER: [&str; 3] = ["view", "edit", "admin"];
    let rank = |given: &Given<'_>, holdings: &Holdings<'_>| {
        let role =
            holdings.access.cluster().role_of(given.binding).filter(|role| bootstrap::is_extended(role))?;
        LADDER.iter().position(|name| role.meta.name.value == *name)
    };
    let gaining: BTreeSet<String> = comparison
        .changes
        .iter()
        .filter(|change| change.direction == Direction::Gained && change.what.is_of_cluster())
        .flat_map(|change| change.who.iter().cloned())
        .collect();
    for principal in new.principals() {
        let who = principal.words();
        if gaining.contains(&who) {
            continue;
        }
        for scope in new.scopes(principal) {
            let highest = |holdings: &Holdings<'_>, principal: &Principal, scopes: &[Scope<'_>]| {
                let known = holdings.scopes(principal).filter(|known| scopes.contains(known));
                let given = known.flat_map(|scope| holdings.given(principal, scope));
                given.filter_map(|given| Some((rank(given, holdings)?, given.binding.role_ref.span))).max()
            };
            let Some((now, span)) = highest(new, principal, &[scope]) else { continue };
            let everybody = std::iter::once(principal.clone()).chain(principal.groups());
            let before = everybody
                .into_iter()
                .filter_map(|principal| highest(old, &principal, &[scope, Scope::Cluster]))
                .map(|(rank, _)| rank)
                .max();
            if before.is_some_and(|before| before >= now) {
                continue;
            }
            let Some(name) = LADDER.get(now) else { continue };
            let text = format!(
                "{} gets the ClusterRole `{name}`, which may take in more from what is installed",
                word(&who)
            );
            comparison.doubts.push(Doubt { side: Side::New, text, place: Some(span) });
        }
    }
}

fn listed(who: BTreeSet<String>) -> String {
    const SHOWN: usize = 3;
    let more = who.len().saturating_sub(SHOWN);
    let names: Vec<String> = who.into_iter().take(SHOWN).map(word).collect();
    match more {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}
