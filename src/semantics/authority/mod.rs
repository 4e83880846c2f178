//! Which rules hand over more than they read as: endpoints through which a token gets further than its policies say.
//!
//! Rules and endpoints are compared as sets of paths, so that `sys/+/acl/*` and `*` reach `sys/policies/acl/app` as well
//! as its own name does. What another rule of the policy takes away again does not count.

mod deep_mount;
mod places;

use std::borrow::Cow;

pub use deep_mount::{DeepMount, deep_mount, is_mount_segment, may_be_deep};
pub use places::*;

use super::endpoints::{Api, Below};
use super::kv;
use super::pattern::{covers, label_overlaps, overlaps};
use super::precedence::Precedence;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{PathRule, Policy};
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
    /// Parts of the paths that belong to another authority or hand over nothing, as patterns.
    pub except: &'static [&'static str],
}

impl Authority {
    /// True if the path is in a part that does not count.
    pub fn leaves_out(&self, path: &str) -> bool {
        let path = PathPattern::stored(path.to_owned());
        self.except.iter().any(|except| covers(&PathPattern::parse(except), &path))
    }
}

/// An authority that a rule reaches.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// Which one.
    pub authority: &'static Authority,
    /// The endpoint that the rule reaches, below the mount of the engine.
    pub place: &'static str,
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
    /// Another authority that it reaches as well.
    pub also: Option<&'static Authority>,
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
        self.rule.pattern().has_wildcard() && !kv::is_template(self.rule.path.as_str())
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

    /// What there is to say of the places of all of them.
    pub fn labels(&self) -> impl Iterator<Item = (Span, String)> {
        let first = self
            .first
            .also
            .map(|also| (self.first.rule.path.span, format!("its holder can also {}", also.what)));
        let others = self.others.iter().map(|other| {
            let more =
                other.also.map(|also| format!(", and lets its holder {}", also.what)).unwrap_or_default();
            (other.rule.path.span, format!("so does this rule{more}"))
        });
        first.into_iter().chain(others)
    }
}

/// What every path rule of a policy hands over, in the order of the rules; `below` says where a rule lies, see
/// [`Below::of`].
pub fn handed_over<'b>(
    policy: &Policy,
    below: impl Fn(&PathRule) -> Option<Cow<'b, Below<'b>>>,
) -> Vec<Vec<Reached>> {
    policy.path_rules.iter().map(|rule| reached(rule, policy, || below(rule))).collect()
}

/// The rules of `policy` that reach `authority`, where `handed_over` is what [`handed_over`] says of the policy. A pattern
/// that reaches [`WIDE`] authorities or more, or any mount, is a matter of its own; one that reaches two is a use of the
/// graver one.
pub fn uses<'a>(
    policy: &'a Policy,
    authority: &'static Authority,
    handed_over: &[Vec<Reached>],
) -> Option<Uses<'a>> {
    let mut found = policy.path_rules.iter().zip(handed_over).filter_map(|(rule, reached)| {
        let own = reached.iter().find(|it| std::ptr::eq(it.authority, authority))?;
        let found = Use { rule, place: own.place, granted: rule.granted(), also: None };
        if is_of_any_mount(rule.path.as_str()) {
            return None;
        }
        if !rule.pattern().has_wildcard() {
            return Some(found);
        }
        let gravest = reached.first().is_some_and(|first| std::ptr::eq(first.authority, authority));
        let also = reached.get(1).map(|it| it.authority);
        (reached.len() < WIDE && gravest).then_some(Use { also, ..found })
    });
    let first = found.next()?;
    Some(Uses { first, others: found.collect() })
}

/// True if who holds the authority can give themselves everything.
pub fn is_like_root(authority: &Authority) -> bool {
    ALL.iter().take(LIKE_ROOT).any(|it| std::ptr::eq(*it, authority))
}

/// What the holder can do, in words; of more than `most` authorities the rest is counted.
pub fn in_words(reached: &[Reached], most: usize) -> String {
    let words: Vec<&str> = reached.iter().take(most).map(|it| it.authority.what).collect();
    match reached.len().saturating_sub(most) {
        0 => words.join("; "),
        more => format!("{}; and {more} things more", words.join("; ")),
    }
}

fn is_of_any_mount(label: &str) -> bool {
    label.strip_prefix('/').unwrap_or(label).starts_with(['*', '+'])
}

fn reached<'b>(
    rule: &PathRule,
    policy: &Policy,
    below: impl FnOnce() -> Option<Cow<'b, Below<'b>>>,
) -> Vec<Reached> {
    let label = rule.path.as_str();
    let label = label.strip_prefix('/').unwrap_or(label);
    let first = label.split(['/', '*', '+']).next().unwrap_or("");
    let any_mount = is_of_any_mount(label);
    // Of most rules the first segment tells that they lead to none of the full paths.
    let full = any_mount
        || label.starts_with("sys")
        || label.starts_with("auth")
        || label.starts_with("identity")
        || label.strip_suffix('*').is_some_and(|start| start == first);
    let granted = rule.granted();
    if granted.denies() || granted.is_empty() {
        return Vec::new();
    }
    let below = if any_mount || matches!(first, "sys" | "auth" | "identity") || kv::has_usual_word(label) {
        None
    } else {
        below()
    };
    if !full && below.is_none() {
        return Vec::new();
    }
    let pattern = PathPattern::parse(label);
    let deep = deep_mount(label);
    let find = |authority: &'static Authority| {
        let (pattern, mount) = match (authority.api, &below) {
            (None, _) if full => (&pattern, ""),
            (Some(_), _) if any_mount => (&pattern, "+/"),
            (Some(api), Some(below)) if below.api == api => (&below.pattern, below.mount),
            _ => return None,
        };
        if !authority.places.iter().any(|(_, needs)| suffices(granted, needs)) {
            return None;
        }
        if authority.except.iter().any(|except| covers(&PathPattern::parse(except), pattern)) {
            return None;
        }
        let fixed = pattern.fixed_prefix();
        let meets = |place: &str| {
            if mount == "+/" {
                overlaps(&PathPattern::parse(&format!("+/{place}")), pattern)
            } else if any_mount {
                // That somebody may call an auth method `role` does not count.
                overlaps(&PathPattern::parse(&place.replacen("auth/+/", "auth/\u{1}/", 1)), pattern)
            } else {
                may_meet(fixed, place) && label_overlaps(place, pattern)
            }
        };
        let whole = |place: &str| match mount {
            "" => place.to_owned(),
            "+/" => format!("+/{place}"),
            mount => format!("{mount}/{place}"),
        };
        let hands_over = |place: &str| {
            let deep = deep.and_then(|deep| deep.place(place)).filter(|_| authority.api.is_none());
            (meets(place) && !is_taken_away(rule, policy, &whole(place)))
                || deep
                    .is_some_and(|deep| label_overlaps(&deep, pattern) && !is_taken_away(rule, policy, &deep))
        };
        let mut places = authority.places.iter().copied();
        let (place, _) = places.find(|(place, needs)| suffices(granted, needs) && hands_over(place))?;
        Some(Reached { authority, place })
    };
    ALL.iter().filter_map(|authority| find(authority)).collect()
}

/// Two patterns whose fixed beginnings part can have no path in common.
fn may_meet(fixed: &str, place: &str) -> bool {
    let own = place.split(['*', '+']).next().unwrap_or("");
    own.starts_with(fixed) || fixed.starts_with(own)
}

/// The capabilities of which an endpoint needs one; `sudo`, which may be needed as well, is none of them.
pub fn capabilities(needs: &str) -> impl Iterator<Item = Capability> {
    needs.chars().filter_map(|letter| match letter {
        'c' => Some(Capability::Create),
        'r' => Some(Capability::Read),
        'u' => Some(Capability::Update),
        'p' => Some(Capability::Patch),
        'd' => Some(Capability::Delete),
        'l' => Some(Capability::List),
        _ => None,
    })
}

fn suffices(granted: CapabilitySet, needs: &str) -> bool {
    capabilities(needs).any(|capability| granted.contains(capability))
        && (!needs.contains('s') || granted.contains(Capability::Sudo))
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
