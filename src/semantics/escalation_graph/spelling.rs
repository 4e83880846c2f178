//! Names of which a server takes every spelling in upper and lower case for the same one, while policies tell them apart.
//!
//! Source: `path_roles.go` and `path_creds.go` of the Kubernetes secrets engine, `path_role.go` of the auth method. Names of
//! policies are none of these: OpenBao 2.7 refuses another spelling of one that a policy denies.

use std::collections::BTreeSet;

use super::asked::{Asked, Carry, Found};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::semantics::pattern::overlaps;

/// How many single letters are tried in upper case.
const LETTERS: usize = 8;

impl Asked<'_, '_> {
    /// Whether it may do this to `place`, which ends with a slash, and this name in some spelling.
    pub(super) fn on_name(&self, place: &str, name: &str, capability: Capability, carry: Carry<'_>) -> Found {
        let lower = name.to_lowercase();
        let ask = |name: &str| self.inside(&format!("{place}{name}"), capability, carry, |_| true);
        let mut found = ask(&lower);
        if matches!(found, Found::Yes(..)) {
            return found;
        }
        for spelling in self.spellings(place, &lower, capability) {
            found = found.or(|| ask(&spelling));
        }
        found
    }

    /// Other spellings: those that rules have, and where a rule takes any name, some that no rule has.
    fn spellings(&self, place: &str, lower: &str, capability: Capability) -> BTreeSet<String> {
        let stem = format!("{}{place}", self.namespace);
        let depth = stem.matches('/').count();
        let full = PathPattern::stored(format!("{stem}*"));
        let mut found = BTreeSet::new();
        let mut takes_any = false;
        let rules = self.acls().flat_map(|acl| acl.rules());
        for rule in rules.filter(|rule| rule.capabilities.contains(capability)) {
            if !overlaps(&rule.pattern, &full) {
                continue;
            }
            takes_any |= rule.pattern.has_wildcard();
            let Some(own) = rule.pattern.segments().nth(depth).map(|own| own.trim_end_matches('*')) else {
                continue;
            };
            if lower.starts_with(&own.to_lowercase())
                && let Some(rest) = lower.get(own.len()..)
            {
                found.insert(format!("{own}{rest}"));
            }
        }
        if takes_any {
            found.insert(lower.to_ascii_uppercase());
            let letters = lower.char_indices().filter(|(_, letter)| letter.is_ascii_lowercase());
            for (at, letter) in letters.take(LETTERS) {
                let (before, after) = (lower.get(..at), lower.get(at + 1..));
                if let (Some(before), Some(after)) = (before, after) {
                    found.insert(format!("{before}{}{after}", letter.to_ascii_uppercase()));
                }
            }
        }
        found.remove(lower);
        found
    }
}
