//! In which Vault namespaces the paths of a claim lie, and how tokens of others name them.
//!
//! The path of a claim lies in the Vault namespace of its spec. A token of a namespace above reaches it with the names of
//! the namespaces between in front, or by a header; a token of one below, if the path leads there. Each token is asked
//! about the path as it stands, too, in its own namespace.

use std::collections::BTreeSet;

use super::Prover;
use crate::model::spec::Expectation;
use crate::model::vault::path::PathPattern;

/// A pattern, and which tokens are asked about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) within: PathPattern,
    /// The Vault namespace of the tokens, `""` or with a slash at the end; nothing for all.
    pub(super) of: Option<String>,
}

/// The pattern itself, which all tokens are asked about, and how tokens of other namespaces name the same paths.
pub(super) fn places(prover: &Prover<'_>, expectation: &Expectation, within: &PathPattern) -> Vec<Place> {
    let mut places = vec![Place { within: within.clone(), of: None }];
    let spec = prover.access.project().spec_of(expectation.span);
    let own = spec.and_then(|spec| spec.vault_namespace.as_ref());
    let own = own.map_or("", |name| name.value.trim_matches('/'));
    let own = if own.is_empty() { String::new() } else { format!("{own}/") };
    let namespaces: BTreeSet<&str> =
        prover.access.methods().iter().map(|method| method.namespace.as_str()).collect();
    for other in namespaces.into_iter().filter(|other| *other != own) {
        let named = match (own.strip_prefix(other), other.strip_prefix(own.as_str())) {
            (Some(between), _) => Some(PathPattern::stored(format!("{between}{within}"))),
            (None, Some(below)) => inside(within, below),
            (None, None) => None,
        };
        let named = named.filter(|named| named != within);
        places.extend(named.map(|within| Place { within, of: Some(other.to_owned()) }));
    }
    places
}

/// What of the pattern lies in the namespace `below`, which ends in a slash, as it is named there.
fn inside(within: &PathPattern, below: &str) -> Option<PathPattern> {
    let text = within.to_string();
    let is_segments = text.split('/').any(|segment| segment == "+");
    let mut rest = text.as_str();
    for name in below.trim_end_matches('/').split('/') {
        match rest.split_once('/') {
            Some((segment, after)) if segment == name || (is_segments && segment == "+") => rest = after,
            Some(_) => return None,
            None => {
                let stem = rest.strip_suffix('*')?;
                return name.starts_with(stem).then(|| PathPattern::stored("*".to_owned()));
            }
        }
    }
    Some(PathPattern::stored(rest.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_lead_into_a_namespace() {
        for (pattern, below, wanted) in [
            ("team/kv/data/x", "team/", Some("kv/data/x")),
            ("team/kv/*", "team/", Some("kv/*")),
            ("+/kv/+/x", "team/", Some("kv/+/x")),
            ("+/kv/*", "team/", Some("kv/*")),
            ("+/kv/data", "team/", Some("kv/data")),
            ("te*", "team/", Some("*")),
            ("*", "team/sub/", Some("*")),
            ("team/*", "team/sub/", Some("*")),
            ("team/sub/kv/x", "team/sub/", Some("kv/x")),
            ("kv/data/x", "team/", None),
            ("team", "team/", None),
            ("+", "team/", None),
            ("other/*", "team/", None),
        ] {
            let found = inside(&PathPattern::parse(pattern), below).map(|it| it.to_string());
            assert_eq!(found.as_deref(), wanted, "{pattern} in {below}");
        }
    }
}
