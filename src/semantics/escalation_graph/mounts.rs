//! Paths of auth methods that are made of several segments.

use std::collections::BTreeSet;

use super::asked::Asked;
use super::vault::Scene;

impl Scene<'_, '_> {
    /// Paths of several segments that auth methods have, by what the inputs declare and by the rules of a token.
    pub(super) fn deep_mounts(&self, asked: Asked<'_, '_>) -> BTreeSet<String> {
        let labels = asked.acls().flat_map(|acl| acl.rules()).map(|rule| rule.pattern.text.as_str());
        let below = labels.filter_map(|label| label.strip_prefix(asked.namespace));
        let told = below.filter_map(|label| self.deep_mount(label)).map(str::to_owned);
        told.chain(self.deep_mounts.iter().cloned()).collect()
    }

    /// The path of several segments that a label has before the endpoint of an auth method. Below a known one lies no other.
    pub(super) fn deep_mount<'l>(&self, label: &'l str) -> Option<&'l str> {
        let below = label.strip_prefix("auth/")?;
        let endpoint = |segment: &&str| AUTH_ENDPOINTS.contains(segment);
        let mount: Vec<&str> = below.split('/').take_while(|segment| !endpoint(segment)).collect();
        let first = *mount.first()?;
        let length = mount.iter().map(|segment| segment.len() + 1).sum::<usize>() - 1;
        let is_known = first == "token" || self.access.methods().iter().any(|method| method.path == first);
        let is_open = first == "+" || mount.iter().any(|segment| segment.is_empty() || segment.contains('*'));
        if mount.len() < 2 || length >= below.len() || is_known || is_open {
            return None;
        }
        below.get(..length)
    }
}

/// The first segments of what lies below an auth method and leads on.
const AUTH_ENDPOINTS: [&str; 7] = ["role", "roles", "users", "groups", "certs", "map", "config"];
