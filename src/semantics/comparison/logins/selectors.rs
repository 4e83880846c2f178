//! Namespaces that auth roles choose by labels.

use super::super::vault::side::Selector;
use super::super::{Change, Comparison, Direction, Evidence, What};
use super::globs::{Kind, beyond};
use super::settings::ways;
use super::{Admitted, SELECTOR, Way, labels, sorted};
use crate::semantics::{bound, namespace_selector};

/// Namespaces that are chosen by labels: exact where only one side has a selector, else the texts are compared.
pub(super) fn compare(label: &str, old: &Way<'_, '_>, new: &Way<'_, '_>, comparison: &mut Comparison) {
    let all = |way: &Way<'_, '_>| way.role.namespaces().iter().any(|entry| bound::admits_all(entry.as_str()));
    let (of_old, of_new) = (old.selector(), new.selector());
    let taken_all = |way: &Way<'_, '_>, selector: &Option<Selector<'_>>| {
        all(way) || selector.as_ref().is_some_and(|it| it.selects_all)
    };
    let key = |selector: &Option<Selector<'_>>| selector.as_ref().map(|it| it.key.clone());
    if key(&of_old) == key(&of_new) {
        if of_new.is_some() {
            labels::compare(label, old, new, comparison);
        }
        return;
    }
    let (everything_before, everything_now) = (taken_all(old, &of_old), taken_all(new, &of_new));
    let directions = match (&of_old, &of_new) {
        _ if everything_before && everything_now => Vec::new(),
        (None, Some(_)) if everything_before => Vec::new(),
        (Some(_), None) if everything_now => Vec::new(),
        _ if everything_now => ways(true, false),
        _ if everything_before => ways(false, true),
        (None, _) => ways(true, false),
        (_, None) => ways(false, true),
        (Some(before), Some(now)) => match (before.conditions(), now.conditions()) {
            // Fewer labels select more; of others, some namespace has these alone and some those alone.
            (Some(before), Some(now)) if before.expressions.is_empty() && now.expressions.is_empty() => {
                let lacks = |one: &namespace_selector::Conditions, other: &namespace_selector::Conditions| {
                    one.labels.iter().any(|pair| !other.labels.contains(pair))
                };
                ways(lacks(&before, &now), lacks(&now, &before))
            }
            _ => vec![Direction::Unclear],
        },
    };
    for direction in directions {
        let way = if direction == Direction::Lost { old } else { new };
        let somebodies: Vec<Admitted> = way
            .role
            .names()
            .iter()
            .filter_map(|name| {
                let own = beyond(name.as_str(), &[], Kind::Account).ok().flatten()?;
                Some(way.selected(name, own))
            })
            .collect();
        let Some(first) = somebodies.first() else { continue };
        let witness = format!("{}/{}", first.namespace, first.name);
        let evidence = [old, new].into_iter().filter_map(|way| {
            let field = way.role.fields.get(SELECTOR)?;
            let text = format!("{} selects namespaces by labels", way.role.words());
            Some(Evidence { side: way.side, span: field.span, text })
        });
        let evidence = evidence.collect();
        let what = What::Logins { role: label.to_owned(), witness };
        comparison.changes.push(Change { direction, who: sorted(somebodies), what, evidence });
    }
}
