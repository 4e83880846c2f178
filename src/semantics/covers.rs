//! Whether some rules give all that other rules give, as the API server decides it for its escalation check.
//!
//! The wanted rules are broken down into atoms, and each atom must be covered by a single rule that is held. A list
//! never covers a `*`, however complete it is: a `false` here does not prove that anything is missing in practice.
//!
//! Source: kubernetes `component-helpers/auth/rbac/validation/policy_comparator.go`.

use super::rbac;
use crate::model::kube::rbac::RbacRule;
use crate::syntax::Spanned;

/// The smallest piece of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom<'a> {
    /// One verb on one resource of one group.
    Resource {
        /// Entry of `apiGroups`.
        group: &'a str,
        /// Entry of `resources`.
        resource: &'a str,
        /// Entry of `verbs`.
        verb: &'a str,
        /// Entry of `resourceNames`; none if the rule has none.
        name: Option<&'a str>,
    },
    /// One verb on one path.
    Url {
        /// Entry of `nonResourceURLs`.
        url: &'a str,
        /// Entry of `verbs`.
        verb: &'a str,
    },
}

/// True if `held` gives all that `wanted` gives. Rules with an empty list give nothing, so they are covered.
pub fn covers<'w>(held: &[&RbacRule], wanted: impl IntoIterator<Item = &'w RbacRule>) -> bool {
    wanted.into_iter().flat_map(atoms).all(|atom| is_covered(held, &atom))
}

/// The atoms of `wanted` that no rule of `held` covers, in the server's order.
pub fn uncovered<'w>(held: &[&RbacRule], wanted: impl IntoIterator<Item = &'w RbacRule>) -> Vec<Atom<'w>> {
    wanted.into_iter().flat_map(atoms).filter(|atom| !is_covered(held, atom)).collect()
}

/// The atoms of a rule: by group, resource, verb, name; then by path and verb.
pub fn atoms(rule: &RbacRule) -> impl Iterator<Item = Atom<'_>> {
    let names = move || {
        let listed = rule.resource_names.iter().map(|name| Some(name.as_str()));
        listed.chain(rule.resource_names.is_empty().then_some(None))
    };
    let resources = rule.api_groups.iter().flat_map(move |group| {
        rule.resources.iter().flat_map(move |resource| {
            rule.verbs.iter().flat_map(move |verb| {
                names().map(move |name| Atom::Resource {
                    group: group.as_str(),
                    resource: resource.as_str(),
                    verb: verb.as_str(),
                    name,
                })
            })
        })
    });
    let urls = rule.non_resource_urls.iter().flat_map(move |url| {
        rule.verbs.iter().map(move |verb| Atom::Url { url: url.as_str(), verb: verb.as_str() })
    });
    resources.chain(urls)
}

/// True if one rule of `held` covers the atom.
pub fn is_covered(held: &[&RbacRule], atom: &Atom<'_>) -> bool {
    held.iter().any(|rule| rule_covers(rule, atom))
}

/// True if the rule covers the atom.
pub fn rule_covers(rule: &RbacRule, atom: &Atom<'_>) -> bool {
    match *atom {
        Atom::Resource { group, resource, verb, name } => {
            has(&rule.verbs, verb)
                && has(&rule.api_groups, group)
                && rule.resources.iter().any(|entry| rbac::covers_resource(entry.as_str(), resource))
                && (rule.resource_names.is_empty()
                    || name.is_some_and(|name| rule.resource_names.iter().any(|entry| entry.value == name)))
        }
        Atom::Url { url, verb } => {
            has(&rule.verbs, verb)
                && rule.resource_names.is_empty()
                && rule.non_resource_urls.iter().any(|entry| covers_url(entry.as_str(), url))
        }
    }
}

/// True if an entry of `nonResourceURLs` takes in another. All stars at the end of the held path count as one; the wanted
/// path is taken letter by letter, its stars too.
pub fn covers_url(held: &str, wanted: &str) -> bool {
    held == wanted || (held.ends_with('*') && wanted.starts_with(held.trim_end_matches('*')))
}

fn has(entries: &[Spanned<String>], word: &str) -> bool {
    entries.iter().any(|entry| entry.value == "*" || entry.value == word)
}
