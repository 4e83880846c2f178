//! Labels of namespaces, by which an auth role chooses whom it admits, that are not what they were.

use std::collections::BTreeSet;

use super::super::{Change, Comparison, Direction, Doubt, Evidence, What, word};
use super::globs::{Kind, beyond};
use super::{Admitted, Way, sorted, who};
use crate::syntax::Span;

/// Compares what the selector of a role, which is the same on both sides, makes of the namespaces that either declares.
pub(super) fn compare(label: &str, old: &Way<'_, '_>, new: &Way<'_, '_>, comparison: &mut Comparison) {
    let projects = [old, new].map(|way| way.access.project());
    let declared = projects.iter().flat_map(|project| &project.kubernetes_namespaces);
    let namespaces: BTreeSet<&str> = declared.map(|namespace| namespace.meta.name.as_str()).collect();
    for namespace in namespaces {
        let (mut gained, mut lost) = (Vec::new(), Vec::new());
        let mut is_open = false;
        for name in new.role.names() {
            let Ok(Some(own)) = beyond(name.as_str(), &[], Kind::Account) else { continue };
            let somebody = Admitted {
                who: who(name.as_str(), namespace),
                namespace: namespace.to_owned(),
                name: own,
                places: Vec::new(),
                selected: true,
            };
            match (old.admits(&somebody), new.admits(&somebody)) {
                (Some(true), Some(true)) => {}
                (_, Some(true)) => gained.push(somebody),
                (Some(true), _) => lost.push(somebody),
                (Some(false), None) => is_open = true,
                (None, Some(false)) | (Some(false), Some(false)) | (None, None) => {}
            }
        }
        if is_open {
            let text = format!(
                "no input of this side has the labels of the namespace {}, for which the auth role {} asks",
                word(namespace),
                word(label)
            );
            let place = new.selector().map(|selector| selector.text.span);
            comparison.doubts.push(Doubt { side: new.side, text, place });
        }
        for (direction, somebodies) in [(Direction::Gained, gained), (Direction::Lost, lost)] {
            let Some(first) = somebodies.first() else { continue };
            let witness = format!("{namespace}/{}", first.name);
            let what = What::Logins { role: label.to_owned(), witness };
            let evidence = [old, new].into_iter().flat_map(|way| evidence(way, namespace)).collect();
            comparison.changes.push(Change { direction, who: sorted(somebodies), what, evidence });
        }
    }
}

/// The selector, and the labels that it asks for of the namespace.
fn evidence(way: &Way<'_, '_>, namespace: &str) -> Vec<Evidence> {
    let Some(selector) = way.selector() else { return Vec::new() };
    let text = format!("{} selects namespaces by labels", way.role.words());
    let mut evidence = vec![Evidence { side: way.side, span: selector.text.span, text }];
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    let asked = |key: &str| selector.text.value.split(|c| !is_of_word(c)).any(|word| word == key);
    for object in way.access.project().kubernetes_namespaces_named(namespace) {
        let labels = object.meta.labels.iter().filter(|(key, _)| asked(key.as_str()));
        let mut told: Vec<(Span, String)> = labels
            .map(|(key, value)| {
                let label = word(format!("{}: {}", key.value, value.value));
                (key.span, format!("the namespace {} has the label {label}", word(namespace)))
            })
            .collect();
        if told.is_empty() {
            let text = format!("the namespace {} has none of the labels", word(namespace));
            told.push((object.meta.name.span, text));
        }
        evidence.extend(told.into_iter().map(|(span, text)| Evidence { side: way.side, span, text }));
    }
    evidence
}
