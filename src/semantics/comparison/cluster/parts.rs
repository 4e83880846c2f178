//! Atoms that take in others.

use std::collections::{HashMap, HashSet};

use crate::semantics::covers::{Atom, covers_url};

/// The atoms without those that another one of them takes in, each once.
pub(super) fn without_parts(mut atoms: Vec<Atom<'_>>) -> Vec<Atom<'_>> {
    /// More URLs than this stay as they are: each is held against each.
    const MOST: usize = 2_000;
    atoms.sort();
    atoms.dedup();
    let all: HashSet<Atom<'_>> = atoms.iter().copied().collect();
    let urls: Vec<Atom<'_>> = atoms.iter().filter(|atom| matches!(atom, Atom::Url { .. })).copied().collect();
    let of_any_parent: HashMap<&str, &str> = atoms
        .iter()
        .filter_map(|atom| match atom {
            Atom::Resource { resource, .. } => Some((resource.strip_prefix("*/")?, *resource)),
            Atom::Url { .. } => None,
        })
        .collect();
    atoms.retain(|atom| match atom {
        Atom::Url { .. } if urls.len() > MOST => true,
        Atom::Url { .. } => !urls.iter().any(|other| other != atom && takes_in(other, atom)),
        Atom::Resource { .. } => {
            wider(atom, &of_any_parent).iter().all(|other| other == atom || !all.contains(other))
        }
    });
    atoms
}

/// All atoms that take in one about a resource. `of_any_parent` has the entries of `resources` that stand for a part of
/// any resource.
fn wider<'a>(atom: &Atom<'a>, of_any_parent: &HashMap<&str, &'a str>) -> Vec<Atom<'a>> {
    let Atom::Resource { group, resource, verb, name } = *atom else { return Vec::new() };
    let part = resource.split_once('/').and_then(|(_, part)| of_any_parent.get(part).copied());
    let mut found = Vec::new();
    for group in [group, "*"] {
        for resource in [Some(resource), Some("*"), part].into_iter().flatten() {
            for verb in [verb, "*"] {
                found.extend([name, None].map(|name| Atom::Resource { group, resource, verb, name }));
            }
        }
    }
    found
}

fn takes_in(wide: &Atom<'_>, narrow: &Atom<'_>) -> bool {
    let (Atom::Url { url, verb }, Atom::Url { url: url_in, verb: verb_in }) = (*wide, *narrow) else {
        return false;
    };
    (verb == "*" || verb == verb_in)
        && covers_url(url, url_in)
        // Of two that take each other in, one is kept.
        && (!covers_url(url_in, url) || url < url_in || url == url_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_atom_takes_in_is_left_out() {
        let resource = |group, resource, verb, name: Option<&'static str>| Atom::Resource {
            group,
            resource,
            verb,
            name,
        };
        let url = |url, verb| Atom::Url { url, verb };
        let table = [
            (resource("", "pods", "get", None), resource("", "pods", "get", Some("x")), true),
            (resource("*", "pods", "get", None), resource("apps", "pods", "get", None), true),
            (resource("", "*", "*", None), resource("", "pods/log", "get", Some("")), true),
            (resource("", "*/log", "get", None), resource("", "pods/log", "get", None), true),
            (resource("", "*", "get", None), resource("", "*/log", "get", None), true),
            (resource("", "pods", "get", None), resource("", "pods/log", "get", None), false),
            (resource("", "pods", "get", Some("x")), resource("", "pods", "get", Some("y")), false),
            (resource("", "pods", "get", Some("x")), resource("", "pods", "list", None), false),
            (url("/a/*", "get"), url("/a/b", "get"), true),
            (url("/a*", "get"), url("/a**", "get"), true),
            (url("/a", "get"), url("/a", "put"), false),
        ];
        for (wide, narrow, is_taken_in) in table {
            let wanted = if is_taken_in { vec![wide] } else { without_parts(vec![narrow, wide]) };
            assert_eq!(without_parts(vec![narrow, wide]), wanted, "{wide:?} {narrow:?}");
            assert_eq!(without_parts(vec![wide, narrow]).len(), 2 - usize::from(is_taken_in));
        }
    }
}
