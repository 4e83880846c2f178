//! Paths of auth methods that are made of several segments, as labels spell them.
//!
//! Source: the API pages of the auth methods of Vault and OpenBao. A server mounts nothing below the path of another method.

use crate::model::vault::path::PathPattern;
use crate::semantics::pattern::overlaps;

/// The first segments of what lies below an auth method and leads on.
const LEADING: [&str; 7] = ["role", "roles", "users", "groups", "certs", "map", "config"];

/// Those of what leads nowhere.
const OTHERS: [&str; 9] = [
    "crls",
    "duo",
    "identity-accesslist",
    "identity-whitelist",
    "login",
    "oidc",
    "roletag-blacklist",
    "roletag-denylist",
    "tidy",
];

/// The path of an auth method as a label has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeepMount<'l> {
    /// At least two segments, without `auth/` in front; some may be `+`.
    pub path: &'l str,
    /// The label names an endpoint below it. Else there is a `*` or a `+` instead, and the path may go on.
    pub is_told: bool,
}

impl DeepMount<'_> {
    /// The label of an endpoint below it, for one below a mount of a single segment (`auth/+/role/+`).
    pub fn place(&self, place: &str) -> Option<String> {
        place.strip_prefix("auth/+/").map(|below| format!("auth/{}/{below}", self.path))
    }
}

/// The path of an auth method that a label can only mean if it is made of several segments: what stands before the
/// endpoint, or before the pattern that stands for one. Nothing for tokens, which have a place of their own.
pub fn deep_mount(label: &str) -> Option<DeepMount<'_>> {
    let below = label.strip_prefix("auth/")?;
    let segments = || below.split('/');
    let told = segments().position(|segment| LEADING.contains(&segment));
    let at = |wanted: &str| segments().position(|segment| segment == wanted);
    // A `+` stands for an endpoint if nothing behind it does.
    let depth = told.or_else(|| at("*")).or_else(|| at("+")).filter(|depth| *depth > 1)?;
    let mount = || segments().take(depth);
    let length = mount().map(|segment| segment.len() + 1).sum::<usize>() - 1;
    let is_mount = mount().next() != Some("token") && mount().all(is_mount_segment);
    is_mount.then(|| DeepMount { path: below.get(..length).unwrap_or(below), is_told: told.is_some() })
}

/// False for what is a part of an API, and so of no path of an auth method.
pub fn is_mount_segment(segment: &str) -> bool {
    !segment.is_empty() && !segment.contains('*') && !LEADING.contains(&segment) && !OTHERS.contains(&segment)
}

/// True if the pattern has paths below auth methods at paths of several segments, however deep.
pub fn may_be_deep(pattern: &PathPattern) -> bool {
    let text = pattern.text.trim_end_matches('*');
    let mut segments = text.split('/').skip(1).take(2);
    overlaps(&PathPattern::parse("auth/+/+/*"), pattern)
        && !text.starts_with("auth/token/")
        && segments.all(|segment| !LEADING.contains(&segment) && !OTHERS.contains(&segment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_deep_mounts() {
        for (label, wanted) in [
            ("auth/team/k8s/role/*", Some(("team/k8s", true))),
            ("auth/team/k8s/config", Some(("team/k8s", true))),
            ("auth/a/b/c/users/x/policies", Some(("a/b/c", true))),
            ("auth/+/k8s/role/+", Some(("+/k8s", true))),
            ("auth/{{identity.entity.name}}/k8s/role/*", Some(("{{identity.entity.name}}/k8s", true))),
            ("auth/team/k8s/*", Some(("team/k8s", false))),
            ("auth/team/k8s/role", Some(("team/k8s", true))),
            ("auth/team/k8s/+/app", Some(("team/k8s", false))),
            ("auth/team/k8s/+/role/app", Some(("team/k8s/+", true))),
            ("auth/team/+/+", None),
            ("auth/team/k8s*", None),
            ("auth/team/k8s", None),
            ("auth/team/*", None),
            ("auth/k8s/role/*", None),
            ("auth/k8s/login/*", None),
            ("auth/userpass/login/config", None),
            ("auth/approle/role/config", None),
            ("auth/token/a/roles/*", None),
            ("auth/team//role/*", None),
            ("sys/team/k8s/role/*", None),
            ("auth/", None),
        ] {
            let found = deep_mount(label).map(|it| (it.path, it.is_told));
            assert_eq!(found, wanted, "{label}");
        }
    }
}
