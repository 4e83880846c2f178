//! Sets of request paths: on which paths a token has a capability.
//!
//! A [`Language`] says for each path what the server says; [`shortest`] finds the shortest path inside a pattern on which
//! some languages say something, or tells that there is none. Intersection, difference, inclusion and equality are such
//! questions. They are exact for literal, prefix and `+` patterns, for `deny`, for the order of precedence, for both
//! forms of a listed path, and for root-protected paths. Rules of which it is not known whether they are there, or for
//! which path, are left out; [`Outline`] tells where they could have a say.
//!
//! Every path is judged by [`Acl`] itself; only which paths need to be looked at is found here.
//!
//! Paths are those that the access check can see, without slashes in front; empty segments further on are among them,
//! as a slash written `%2F` brings them about.

mod classes;
mod guess;
mod outline;
mod values;

pub use outline::{Marks, NAME, NAMESPACE, Outline, may_concern, may_meet};
pub use values::Values;

use super::acl::{Acl, Operation, Request, is_guarded_by_pki, is_root_protected, root_protected_patterns};
use super::witness::{self, Search};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use classes::{Classes, slots_of};

/// What a token's policies say of a capability on a path. The more it opens, the later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grant {
    /// No request goes through.
    No,
    /// The rule that decides has constraints, and whether any request meets them is not found out.
    Unclear,
    /// Requests go through that meet the constraints of the rule that decides.
    Conditional,
    /// Every request goes through.
    Yes,
}

/// The question takes more steps than are spent on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the patterns overlap in too many ways to tell")]
pub struct TooComplex;

/// The steps that are spent on one question.
pub const STEPS: u64 = 1_000_000;

/// The paths on which a token has a capability, in one Vault namespace.
#[derive(Debug, Clone, Copy)]
pub struct Language<'r, 'a> {
    acl: &'r Acl<'a>,
    namespace: &'r str,
    capability: Capability,
    pki_mounts: &'r [&'r str],
}

impl<'r, 'a> Language<'r, 'a> {
    /// The paths on which `acl` gives `capability` to requests that are sent to `namespace` (`""` for the root namespace,
    /// else with a slash at the end), where `pki` engines are mounted at `pki_mounts`.
    ///
    /// Of `sudo` and `subscribe`, for which no request stands, the answer is whether the rule that decides holds them.
    pub fn new(
        acl: &'r Acl<'a>,
        namespace: &'r str,
        capability: Capability,
        pki_mounts: &'r [&'r str],
    ) -> Language<'r, 'a> {
        Language { acl, namespace, capability, pki_mounts }
    }

    /// What the rules that are known say of a path, which is relative to the namespace. The slash that servers append to
    /// the path of a list request is appended here, too.
    pub fn on(&self, path: &str) -> Grant {
        let Some(operation) = Operation::of_capability(self.capability) else {
            let request = Request { namespace: self.namespace, ..Request::new(Operation::Read, path) };
            let ruling = self.acl.rule_on(&request);
            let holds =
                ruling.is_root || ruling.rule.is_some_and(|rule| rule.capabilities.contains(self.capability));
            return if holds { Grant::Yes } else { Grant::No };
        };
        let with_slash;
        let path = if operation.lists() && !path.ends_with('/') {
            with_slash = format!("{path}/");
            with_slash.as_str()
        } else {
            path
        };
        let guarded = self.pki_mounts.iter().any(|mount| is_guarded_by_pki(mount, path));
        let request = Request {
            namespace: self.namespace,
            root_protected: guarded.then_some(true),
            ..Request::new(operation, path)
        };
        let ruling = self.acl.rule_on(&request);
        if ruling.is_allowed() {
            let is_open = ruling.holds_sudo()
                || !(guarded || is_root_protected(path.trim_start_matches('/'), self.acl.dialect()));
            let is_free = ruling.rule.is_none_or(|rule| !rule.is_constrained(operation));
            return match (is_open, is_free) {
                (false, _) => Grant::No,
                (true, true) => Grant::Yes,
                (true, false) => Grant::Conditional,
            };
        }
        match witness::search(self.acl, &request) {
            None | Some(Search::Impossible(_)) => Grant::No,
            Some(Search::Found(_)) => Grant::Conditional,
            Some(Search::NotFound) => Grant::Unclear,
        }
    }

    /// What `told` says of the pattern of the rule that decides on a path, which is taken as in [`Language::on`].
    pub fn decider_on<T>(&self, path: &str, told: impl FnOnce(&PathPattern) -> T) -> Option<T> {
        let operation = Operation::of_capability(self.capability).unwrap_or(Operation::Read);
        let slash = if operation.lists() && !path.ends_with('/') { "/" } else { "" };
        let path = format!("{path}{slash}");
        let request = Request { namespace: self.namespace, ..Request::new(operation, &path) };
        self.acl.rule_on(&request).rule.map(|rule| told(&rule.pattern))
    }

    /// True if a rule may have a say on a path inside `within`.
    pub fn meets(&self, rule: &PathPattern, within: &PathPattern) -> bool {
        let within = PathPattern::stored(format!("{}{within}", self.namespace));
        may_meet(rule, &within, self.lists())
    }

    fn lists(&self) -> bool {
        Operation::of_capability(self.capability).is_some_and(Operation::lists)
    }
}

/// The shortest path inside `within` on which `wanted` takes what the languages say, in their order; nothing if there is
/// none. The languages are those of one namespace; pattern and path are relative to it.
///
/// Of several, it is one of the fewest segments, without empty segments if there is such a one, and of these the
/// shortest text. Once `steps` are spent ([`STEPS`] is a good number), one path for each rule is tried, so that what comes
/// out is right but may not be the shortest; an error if none of them will do.
pub fn shortest(
    languages: &[Language<'_, '_>],
    within: &PathPattern,
    steps: u64,
    wanted: impl FnMut(&[Grant]) -> bool,
) -> Result<Option<String>, TooComplex> {
    let mut left = steps;
    shortest_within(languages, within, &mut left, wanted)
}

/// As [`shortest`], for one of many questions: what it spends is taken from the steps that are `left` for all of them.
pub fn shortest_within(
    languages: &[Language<'_, '_>],
    within: &PathPattern,
    left: &mut u64,
    mut wanted: impl FnMut(&[Grant]) -> bool,
) -> Result<Option<String>, TooComplex> {
    let mut grants = Vec::with_capacity(languages.len());
    search(languages, within, left, 1, |path| {
        grants.clear();
        grants.extend(languages.iter().map(|language| language.on(path)));
        wanted(&grants)
    })
}

/// As [`shortest`], where `wanted` sees the path, too, relative to the namespace; it may ask of it nothing but what the
/// rules of the tokens tell.
pub fn shortest_of(
    languages: &[Language<'_, '_>],
    within: &PathPattern,
    steps: u64,
    mut wanted: impl FnMut(&str, &[Grant]) -> bool,
) -> Result<Option<String>, TooComplex> {
    let mut grants = Vec::with_capacity(languages.len());
    let mut left = steps;
    search(languages, within, &mut left, 1, |path| {
        grants.clear();
        grants.extend(languages.iter().map(|language| language.on(path)));
        wanted(path, &grants)
    })
}

/// Shows `visit` one path of each class of paths inside `within` that the rules of the languages tell apart, one of the
/// shortest: all paths of a class are matched by the same rules in the same forms. What it takes is drawn from `steps`,
/// with that for each visit, which asks for rules that match a path `walks` times; it is an error once they are spent.
pub fn each_class(
    languages: &[Language<'_, '_>],
    within: &PathPattern,
    steps: &mut u64,
    walks: u64,
    mut visit: impl FnMut(&str),
) -> Result<(), TooComplex> {
    let none = search(languages, within, steps, walks, |path| {
        visit(path);
        false
    });
    none.map(|_| ())
}

/// The shortest path inside `within` which `judge` takes.
fn search(
    languages: &[Language<'_, '_>],
    within: &PathPattern,
    steps: &mut u64,
    walks: u64,
    mut judge: impl FnMut(&str) -> bool,
) -> Result<Option<String>, TooComplex> {
    let namespace = languages.first().map_or("", |language| language.namespace);
    let full = |pattern: &PathPattern| PathPattern::stored(format!("{namespace}{pattern}"));
    let question = full(within);
    let guards: Vec<PathPattern> = languages
        .iter()
        .flat_map(|language| {
            let pki = language.pki_mounts.iter().flat_map(|mount| {
                ["root", "root/sign-self-issued"].map(|below| PathPattern::stored(format!("{mount}/{below}")))
            });
            root_protected_patterns(language.acl.dialect()).chain(pki).collect::<Vec<PathPattern>>()
        })
        .map(|pattern| full(&pattern))
        .collect();
    let mut classes = Classes::new(&question, namespace.matches('/').count());
    let lists = languages.iter().any(Language::lists);
    for language in languages {
        let base = classes.slots(if lists { 4 } else { 1 });
        for (at, rule) in language.acl.rules().iter().enumerate() {
            let (denies, grants) = (rule.capabilities.denies(), rule.capabilities.contains(Capability::List));
            let slots = slots_of(rule.pattern.class, base, lists, denies, grants);
            classes.insert(&rule.pattern, &slots, at + 1);
        }
    }
    let guarded = classes.slots(1);
    for guard in &guards {
        classes.insert(guard, &[guarded], 1);
    }
    let mut judge = |path: &str| judge(path.strip_prefix(namespace).unwrap_or(path));
    let found = match classes.shortest(steps, walks, &mut judge) {
        Ok(found) => found,
        Err(too_complex) => {
            let rules = languages.iter().flat_map(|language| language.acl.rules()).map(|rule| &rule.pattern);
            let mut guesses = [&question].into_iter().chain(rules);
            let guessed =
                guesses.find_map(|pattern| guess::in_both(pattern, &question).filter(|path| judge(path)));
            Some(guessed.ok_or(too_complex)?)
        }
    };
    Ok(found.map(|path| path.strip_prefix(namespace).map_or(path.clone(), str::to_owned)))
}

/// The shortest path inside `within` which `one` opens further than `other`: nothing if `one` is included in `other`.
pub fn beyond(
    one: Language<'_, '_>,
    other: Language<'_, '_>,
    within: &PathPattern,
    steps: u64,
) -> Result<Option<String>, TooComplex> {
    shortest(&[one, other], within, steps, |grants| matches!(grants, [one, other] if one > other))
}

/// The shortest path inside `within` on which the two differ: nothing if they are equal there.
pub fn difference(
    one: Language<'_, '_>,
    other: Language<'_, '_>,
    within: &PathPattern,
    steps: u64,
) -> Result<Option<String>, TooComplex> {
    shortest(&[one, other], within, steps, |grants| matches!(grants, [one, other] if one != other))
}
