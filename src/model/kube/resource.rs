//! The resources of Kubernetes itself: names, API groups, scope, parts, and the verbs that each serves.
//!
//! Groups that custom resources and aggregated servers bring are their own affair. The groups of Kubernetes cannot be
//! added to, so all of their resources are known.

mod table;

use crate::syntax::near;
use table::{FINALIZERS, GROUPS, RESOURCES};

/// Whether objects of a resource lie in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Each lies in one.
    Namespaced,
    /// They lie outside of all.
    Cluster,
}

/// A resource, without its parts, in the group that serves it.
#[derive(Debug, PartialEq, Eq)]
pub struct Resource {
    /// Plural, as in RBAC rules.
    pub name: &'static str,
    /// API group, `""` for the core group.
    pub group: &'static str,
    /// Kind of its objects; empty for what only authorization knows, such as `users` and `signers`.
    pub kind: &'static str,
    /// Groups that served it in versions before 1.25.
    pub former_groups: &'static [&'static str],
    /// Short names that kubectl takes.
    pub short_names: &'static [&'static str],
    /// Whether its objects lie in namespaces.
    pub scope: Scope,
    /// Verbs of requests for it.
    pub verbs: &'static [&'static str],
    /// Verbs of stored objects aside that the authorizer is asked about, such as `bind` and `impersonate`.
    pub special_verbs: &'static [&'static str],
    /// Its parts, sorted by name; `*` for any.
    pub subresources: &'static [Subresource],
    /// The minor version of Kubernetes 1 that brought it, if later than 1.34.
    pub since: Option<u8>,
    /// The minor version of Kubernetes 1 from which on no server has it.
    pub gone: Option<u8>,
}

/// What stands behind the slash in `pods/exec`.
#[derive(Debug, PartialEq, Eq)]
pub struct Subresource {
    /// `exec`; `*` for whatever text.
    pub name: &'static str,
    /// Verbs of requests for it.
    pub verbs: &'static [&'static str],
}

/// A resource or a part of it, as an RBAC rule names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The resource.
    pub resource: &'static Resource,
    /// Its part.
    pub subresource: Option<&'static Subresource>,
}

/// The resource `RESOURCE` or `RESOURCE/SUBRESOURCE` that `group` serves or once served.
pub fn find(group: &str, resource: &str) -> Option<Entry> {
    let (name, part) = match resource.split_once('/') {
        Some((name, part)) => (name, Some(part)),
        None => (resource, None),
    };
    let resource = named(name).iter().find(|it| it.group == group || it.former_groups.contains(&group))?;
    let subresource = match part {
        Some(part) => Some(resource.subresource(part)?),
        None => None,
    };
    Some(Entry { resource, subresource })
}

/// The resources of this name (without part), one for each group, the core group first.
pub fn named(name: &str) -> &'static [Resource] {
    let start = RESOURCES.partition_point(|it| it.name < name);
    let rest = RESOURCES.get(start..).unwrap_or_default();
    rest.get(..rest.partition_point(|it| it.name == name)).unwrap_or_default()
}

/// The resource that people call so: plural, singular or short name, in any case; of this group, if one is given.
pub fn called(word: &str, group: Option<&str>) -> Option<&'static Resource> {
    let word = word.to_lowercase();
    let in_group = |it: &&Resource| group.is_none_or(|group| it.group == group);
    named(&word)
        .iter()
        .find(in_group)
        .or_else(|| RESOURCES.iter().filter(in_group).find(|it| it.is_singular_or_short(&word)))
}

/// The resource that was meant by a name that no resource has: what people call so, or the nearest name; of this group,
/// if one is given.
pub fn nearest(name: &str, group: Option<&str>) -> Option<&'static Resource> {
    called(name, group).or_else(|| {
        let of_group = RESOURCES.iter().filter(|it| group.is_none_or(|group| it.group == group));
        let near = near::nearest(name, of_group.map(|it| it.name))?;
        called(near, group)
    })
}

/// All resources, by name.
pub fn all() -> &'static [Resource] {
    RESOURCES
}

/// All resources of a group.
pub fn in_group(group: &str) -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().filter(move |it| it.group == group)
}

/// True if API servers have this group; what it holds is known then.
pub fn is_built_in(group: &str) -> bool {
    state(group) == Some(true)
}

/// True for a group that Kubernetes once had, such as `extensions`.
pub fn is_former_group(group: &str) -> bool {
    state(group) == Some(false)
}

fn state(group: &str) -> Option<bool> {
    let at = GROUPS.binary_search_by_key(&group, |(name, _)| *name).ok()?;
    GROUPS.get(at).map(|(_, served)| *served)
}

/// The group of Kubernetes whose name is near to this one.
pub fn nearest_group(name: &str) -> Option<&'static str> {
    near::nearest(name, GROUPS.iter().filter(|(group, served)| *served && !group.is_empty()).map(|it| it.0))
}

/// True if some resource has a part of this name.
pub fn is_subresource(word: &str) -> bool {
    word == FINALIZERS.name || RESOURCES.iter().any(|it| it.subresources.iter().any(|part| part.name == word))
}

/// Verbs of requests for resources, those first that only some resources have.
pub const VERBS: [&str; 16] = [
    "impersonate",
    "bind",
    "escalate",
    "approve",
    "sign",
    "attest",
    "use",
    "proxy",
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
];

/// The verb of rules whose `resources` are audiences of tokens that kubelets may ask for.
///
/// Source: Kubernetes "Using Node Authorization", service account token audience restriction.
pub const AUDIENCE_VERB: &str = "request-serviceaccounts-token-audience";

/// The verb beside `delete` for objects that cannot be read any more.
const UNSAFE_DELETE: &str = "unsafe-delete-ignore-read-errors";

/// True if some request carries the verb, whatever its resource.
pub fn is_verb(verb: &str) -> bool {
    VERBS.contains(&verb)
        || verb == AUDIENCE_VERB
        || verb == UNSAFE_DELETE
        || ["impersonate:", "impersonate-on:", "associated-node:", "arbitrary-node:"]
            .iter()
            .any(|prefix| verb.starts_with(prefix))
}

/// Verbs of requests for paths outside the resource API: HTTP methods.
pub const URL_VERBS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

impl Resource {
    /// Its part of this name.
    pub fn subresource(&self, name: &str) -> Option<&'static Subresource> {
        let known = self.subresources.iter().find(|part| part.name == name || part.name == "*");
        known.or_else(|| (name == FINALIZERS.name && self.verbs.contains(&"update")).then_some(&FINALIZERS))
    }

    /// Its part whose name is near to this one.
    pub fn nearest_subresource(&self, name: &str) -> Option<&'static Subresource> {
        let near = near::nearest(name, self.subresources.iter().map(|part| part.name))?;
        self.subresource(near)
    }

    /// True if its objects lie in namespaces.
    pub fn is_namespaced(&self) -> bool {
        self.scope == Scope::Namespaced
    }

    /// True if servers of this minor version of Kubernetes 1 have it.
    pub fn is_in(&self, minor: u8) -> bool {
        self.since.is_none_or(|since| minor >= since) && self.gone.is_none_or(|gone| minor < gone)
    }

    fn is_singular_or_short(&self, lower: &str) -> bool {
        self.short_names.contains(&lower) || (!self.kind.is_empty() && self.kind.to_lowercase() == lower)
    }
}

impl Entry {
    /// True if a request with the verb reaches it; `*` stands for any verb. Verbs that only authorization knows count.
    pub fn serves(&self, verb: &str) -> bool {
        let special = match self.subresource {
            Some(_) => &[],
            None => self.resource.special_verbs,
        };
        verb == "*"
            || self.verbs().contains(&verb)
            || special.contains(&verb)
            || (verb == UNSAFE_DELETE && self.verbs().contains(&"delete"))
            || is_on_behalf(verb)
    }

    /// Verbs of requests for it, special ones aside.
    pub fn verbs(&self) -> &'static [&'static str] {
        self.subresource.map_or(self.resource.verbs, |part| part.verbs)
    }
}

/// `impersonate-on:MODE:VERB` is asked about whatever the impersonator does.
fn is_on_behalf(verb: &str) -> bool {
    verb.starts_with("impersonate-on:")
}

#[cfg(test)]
mod tests;
