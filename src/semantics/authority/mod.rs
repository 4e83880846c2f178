//! Which rules hand over more than they read as: endpoints through which a token gets further than its policies say.
//!
//! Rules and endpoints are compared as sets of paths, so that `sys/+/acl/*` and `*` reach `sys/policies/acl/app` as well
//! as its own name does. What another rule of the policy takes away again does not count.

mod places;

pub use places::*;

use super::endpoints::{Api, Below};
use super::pattern::{covers, overlaps};
use super::precedence::Precedence;
use crate::model::project::Project;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::mounts::MountTable;
use crate::syntax::Span;

/// Endpoints that hand over the same thing.
#[derive(Debug)]
pub struct Authority {
    /// What their caller can do: a verb and its object.
    pub what: &'static str,
    /// Below which engine they lie; nothing if their paths are full ones.
    pub api: Option<Api>,
    /// Paths as patterns, and the capabilities of which one is needed, as letters (see
    /// [`Endpoint`](super::endpoints::Endpoint)); `s` if `sudo` is needed as well.
    pub places: &'static [(&'static str, &'static str)],
    /// A part of the paths that belongs to another authority.
    pub except: Option<&'static str>,
}

/// A rule that reaches an authority.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The rule.
    pub rule: &'a PathRule,
    /// The endpoint that it reaches, below the mount of the engine.
    pub place: &'static str,
    /// What it is granted there.
    pub granted: CapabilitySet,
}

/// All rules of one policy that reach an authority; at least one.
#[derive(Debug)]
pub struct Uses<'a> {
    /// The first one written.
    pub first: Use<'a>,
    /// The others.
    pub others: Vec<Use<'a>>,
}

/// How many authorities a pattern reaches before it is a matter of its own, and not one of each of them.
pub const WIDE: usize = 3;

impl Use<'_> {
    /// True if the paths it matches are not all named in the policy, nor by who asks.
    pub fn is_broad(&self) -> bool {
        self.rule.pattern().has_wildcard() && !self.rule.path.value.contains("{{")
    }

    /// True if only some parameters, or some values of them, get through.
    pub fn is_constrained(&self) -> bool {
        !self.rule.allowed_parameters.is_empty() || !self.rule.denied_parameters.is_empty()
    }
}

impl<'a> Uses<'a> {
    /// True if one of them is broad and lets every parameter through.
    pub fn are_broad(&self) -> bool {
        self.iter().any(|it| it.is_broad() && !it.is_constrained())
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Use<'a>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Labels for all but the first.
    pub fn labels(&self) -> impl Iterator<Item = (Span, String)> {
        self.others.iter().map(|other| (other.rule.path.span, "so does this rule".to_owned()))
    }
}

/// The rules of `policy` that reach `authority`. A pattern that reaches [`WIDE`] authorities or more is left to those who
/// ask for [`spread`].
pub fn uses<'a>(
    policy: &'a Policy,
    authority: &Authority,
    project: &Project,
    mounts: &MountTable<'_>,
) -> Option<Uses<'a>> {
    let mut found = policy.path_rules.iter().filter_map(|rule| {
        let reached = reach(rule, policy, authority, project, mounts)?;
        let wide = rule.pattern().has_wildcard() && spread(rule, policy, project, mounts).len() >= WIDE;
        (!wide).then_some(reached)
    });
    let first = found.next()?;
    Some(Uses { first, others: found.collect() })
}

/// Everything that one rule hands over.
pub fn spread(
    rule: &PathRule,
    policy: &Policy,
    project: &Project,
    mounts: &MountTable<'_>,
) -> Vec<&'static Authority> {
    let reaches = |it: &&&Authority| reach(rule, policy, it, project, mounts).is_some();
    ALL.iter().filter(reaches).copied().collect()
}

/// True if who holds the authority can give themselves everything.
pub fn is_like_root(authority: &Authority) -> bool {
    ALL.iter().take(LIKE_ROOT).any(|it| std::ptr::eq(*it, authority))
}

fn reach<'a>(
    rule: &'a PathRule,
    policy: &Policy,
    authority: &Authority,
    project: &Project,
    mounts: &MountTable<'_>,
) -> Option<Use<'a>> {
    let label = rule.path.as_str();
    let label = label.strip_prefix('/').unwrap_or(label);
    let fixed = label.split(['*', '+']).next().unwrap_or("");
    if authority.api.is_none() && !authority.places.iter().any(|(place, _)| may_meet(fixed, place)) {
        return None;
    }
    let any_mount = label.starts_with(['*', '+']);
    if authority.api.is_some()
        && !any_mount
        && matches!(fixed.split('/').next(), Some("sys" | "auth" | "identity"))
    {
        return None;
    }
    let granted = rule.granted();
    if granted.denies() || granted.is_empty() {
        return None;
    }
    let (pattern, mount) = match authority.api {
        None => (PathPattern::parse(label), String::new()),
        Some(_) if any_mount => (PathPattern::parse(label), "+/".to_owned()),
        Some(api) => {
            let below = Below::of(label, project, mounts, &rule.path).filter(|below| below.api == api)?;
            let mount = format!("{}/", below.mount);
            (below.pattern, mount)
        }
    };
    if authority.except.is_some_and(|except| covers(&PathPattern::parse(except), &pattern)) {
        return None;
    }
    let (place, _) = authority.places.iter().copied().find(|(place, needs)| {
        let path = if any_mount { format!("{mount}{place}") } else { (*place).to_owned() };
        suffices(granted, needs)
            && overlaps(&PathPattern::parse(&path), &pattern)
            && !is_taken_away(rule, policy, &format!("{mount}{place}"))
    })?;
    Some(Use { rule, place, granted })
}

/// Two patterns whose fixed beginnings part can have no path in common.
fn may_meet(fixed: &str, place: &str) -> bool {
    let own = place.split(['*', '+']).next().unwrap_or("");
    own.starts_with(fixed) || fixed.starts_with(own)
}

fn suffices(granted: CapabilitySet, needs: &str) -> bool {
    let holds = |letter: char| match letter {
        'c' => granted.contains(Capability::Create),
        'r' => granted.contains(Capability::Read),
        'u' => granted.contains(Capability::Update),
        'p' => granted.contains(Capability::Patch),
        'd' => granted.contains(Capability::Delete),
        'l' => granted.contains(Capability::List),
        _ => false,
    };
    needs.chars().any(holds) && (!needs.contains('s') || granted.contains(Capability::Sudo))
}

/// True if a deny of the same policy decides on all of `place` in the stead of the rule.
fn is_taken_away(rule: &PathRule, policy: &Policy, place: &str) -> bool {
    let (own, place) = (rule.pattern(), PathPattern::parse(place));
    policy.path_rules.iter().any(|other| {
        if !other.granted().denies() {
            return false;
        }
        let deny = other.pattern();
        let first = deny.class == PatternClass::Exact || deny == own || {
            own.class != PatternClass::Exact && Precedence::of(&deny) > Precedence::of(&own)
        };
        first && covers(&deny, &place)
    })
}

#[cfg(test)]
mod tests;
