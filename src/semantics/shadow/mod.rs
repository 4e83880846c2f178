//! Which path rules of a set have no say, and which ones lose a part of what they match.
//!
//! The question comes down to one path for each pattern: its *free path*, in which every wildcard stands for text that no
//! rule names. A rule of higher precedence that matches the free path matches all other paths of the pattern as well,
//! unless it only reaches further down; and if none does, the rule decides at least there. So a look-up per rule answers
//! what seems to ask for all pairs. Every claim is checked once more by [`covers`], so that none is wrong.
//!
//! Where it takes several rules together, or where lists are in question, the sets of paths decide
//! ([`Shadows::shadowing_together`], [`Shadows::standing_in_together`]).
//!
//! Requests that list look at a path in two forms, and Vault 2.x pools the rules of both. Claims hold there too.

mod several;

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use super::acl::{Acl, MergedRule};
use super::dialect::Dialect;
use super::pattern::covers;
use super::pattern_tree::PatternTree;
use super::precedence::Precedence;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::{PathPattern, PatternClass};

/// Rules of one token, with what is needed to ask about each of them.
#[derive(Debug)]
pub struct Shadows<'r, 'a> {
    acl: &'r Acl<'a>,
    /// Free text below an open end, in more segments than any pattern has.
    below: String,
    /// All rules, to be asked for overlap.
    tree: OnceCell<PatternTree<'r>>,
    /// The same of the rules that are not known.
    uncertain: OnceCell<PatternTree<'r>>,
    /// How many exact questions are left.
    questions: Cell<usize>,
}

/// Text that no policy holds.
const FREE: &str = "\u{1}";

impl<'r, 'a> Shadows<'r, 'a> {
    /// Arranges the rules of a token.
    pub fn new(acl: &'r Acl<'a>) -> Shadows<'r, 'a> {
        let slashes = |rule: &MergedRule<'_>| rule.pattern.text.bytes().filter(|byte| *byte == b'/').count();
        let depth = acl.rules().iter().map(slashes).max().unwrap_or(0) + 2;
        let below = format!("{FREE}{}", format!("/{FREE}").repeat(depth));
        let questions = Cell::new(several::QUESTIONS);
        Shadows { acl, below, tree: OnceCell::new(), uncertain: OnceCell::new(), questions }
    }

    /// The rule that decides on every path of `rule` in its stead, if `rule` has no effect on any answer.
    ///
    /// Only patterns with `+` can be shadowed: an exact rule decides on its path, and a prefix rule on the paths below it
    /// that nothing else names.
    pub fn shadowing(&self, rule: &MergedRule<'a>) -> Option<&'r MergedRule<'a>> {
        self.winner(rule).filter(|winner| !self.decides_lists(rule, winner))
    }

    /// The rule that decides on every path of `rule` in its stead, lists aside.
    fn winner(&self, rule: &MergedRule<'a>) -> Option<&'r MergedRule<'a>> {
        if rule.pattern.class != PatternClass::Segments {
            return None;
        }
        let winner = self.others_on(&rule.pattern).next().filter(|winner| outranks(winner, rule))?;
        let for_good = winner.members.iter().all(|member| member.rule.extras.expiration.is_none());
        (for_good && covers(&winner.pattern, &rule.pattern)).then_some(winner)
    }

    /// The rule that would decide on every path of `rule` if that were not there: the one it takes precedence over.
    pub fn behind(&self, rule: &MergedRule<'a>) -> Option<&'r MergedRule<'a>> {
        let mut behind = self.others_on(&rule.pattern).filter(|other| !outranks(other, rule));
        behind.next().filter(|other| covers(&other.pattern, &rule.pattern))
    }

    /// A rule that grants something on paths of the denying rule `deny`, takes precedence there, and reaches beyond: it
    /// is no exception from the deny, the deny was to be one from it.
    pub fn reopening(&self, deny: &MergedRule<'a>) -> Option<&'r MergedRule<'a>> {
        if deny.pattern.class != PatternClass::Segments {
            return None;
        }
        self.overlapping(&deny.pattern, |other| {
            other.pattern.class != PatternClass::Exact
                && !other.capabilities.denies()
                && !other.capabilities.is_empty()
                && outranks(other, deny)
                && !covers(&deny.pattern, &other.pattern)
        })
    }

    /// The rule from which all answers would come without `rule`, if none of them would change. Constraints on
    /// parameters and the like make every rule count.
    pub fn standing_in_for(&self, rule: &MergedRule<'a>) -> Option<&'r MergedRule<'a>> {
        let behind = self.behind(rule)?;
        let same = behind.capabilities == rule.capabilities && is_plain(rule) && is_plain(behind);
        let alike = same
            && !self.is_between(rule, behind)
            && !self.is_hidden_to_lists(rule, behind)
            && self.lists_alike(rule, behind);
        alike.then_some(behind)
    }

    /// All rules but that of this very pattern which match its free path, the one that decides first.
    fn others_on<'p>(
        &self,
        pattern: &'p PathPattern,
    ) -> impl Iterator<Item = &'r MergedRule<'a>> + use<'p, 'r, 'a> {
        let path = free_path(pattern, &self.below);
        self.acl.matching(&path).into_iter().filter(move |rule| rule.pattern != *pattern)
    }

    /// True if `rule`, which `winner` shadows, may still turn the answer to a list request of Vault 2.x: there the best
    /// rule with `list` decides, or a `deny` above it, even if a rule without either takes precedence over both.
    fn decides_lists(&self, rule: &MergedRule<'a>, winner: &MergedRule<'a>) -> bool {
        if self.acl.dialect() != Dialect::VaultCurrent || !speaks_of_lists(rule) {
            return false;
        }
        if rule.capabilities.denies() && !self.lists_below(rule) {
            return false;
        }
        !speaks_of_lists(winner)
            || self.overlapping(&rule.pattern, |other| hides(other, winner)).is_some()
            || self.meets_uncertain(&rule.pattern)
    }

    /// True if a rule that the denying `deny` takes precedence over may grant lists on its paths.
    fn lists_below(&self, deny: &MergedRule<'a>) -> bool {
        let lists =
            |other: &MergedRule<'a>| other.capabilities.contains(Capability::List) && !outranks(other, deny);
        forms(&deny.pattern)
            .iter()
            .any(|form| self.overlapping(form, lists).is_some() || self.meets_uncertain(form))
    }

    /// True if a rule ranks between the two and speaks of paths of the upper one, in either form of a listed path.
    fn is_between(&self, upper: &MergedRule<'a>, lower: &MergedRule<'a>) -> bool {
        let between = |other: &MergedRule<'a>| {
            other.pattern.class == PatternClass::Segments
                && other.pattern != upper.pattern
                && outranks(upper, other)
                && outranks(other, lower)
        };
        forms(&upper.pattern)
            .iter()
            .any(|form| self.overlapping(form, between).is_some() || self.meets_uncertain(form))
    }

    /// True if a longer prefix keeps `behind` out of the pool from which Vault 2.x takes the rule for lists on some path of
    /// `rule`.
    fn is_hidden_to_lists(&self, rule: &MergedRule<'a>, behind: &MergedRule<'a>) -> bool {
        self.acl.dialect() == Dialect::VaultCurrent
            && rule.capabilities.contains(Capability::List)
            && forms(&rule.pattern)
                .iter()
                .any(|form| self.overlapping(form, |other| hides(other, behind)).is_some())
    }

    /// A rule that shares paths with the pattern and is wanted.
    fn overlapping(
        &self,
        pattern: &PathPattern,
        wanted: impl Fn(&MergedRule<'a>) -> bool,
    ) -> Option<&'r MergedRule<'a>> {
        let (rules, tree) = (self.acl.rules(), self.tree());
        let found = tree.find_overlapping(pattern, |at| rules.get(at).is_some_and(&wanted));
        rules.get(found?)
    }

    fn tree(&self) -> &PatternTree<'r> {
        let rules = self.acl.rules();
        self.tree.get_or_init(|| PatternTree::new(rules.iter().map(|rule| &rule.pattern)))
    }

    fn meets_uncertain(&self, pattern: &PathPattern) -> bool {
        let rules = self.acl.uncertain_rules();
        let tree = self.uncertain.get_or_init(|| PatternTree::new(rules.iter().map(|rule| &rule.reach)));
        tree.find_overlapping(pattern, |_| true).is_some()
    }

    /// True if list requests, too, have the same answers without `rule`. They look at a path with and without its last
    /// slash, and an exact rule for the one form keeps the rules for the other one out.
    fn lists_alike(&self, rule: &MergedRule<'a>, behind: &MergedRule<'a>) -> bool {
        if rule.pattern.class != PatternClass::Exact {
            return true;
        }
        let alike = |other: &&MergedRule<'a>| other.capabilities == behind.capabilities;
        forms(&rule.pattern).iter().all(|form| self.acl.matching(&form.text).iter().all(alike))
    }
}

/// True if it decides where both match and list requests are not in question.
pub fn outranks(one: &MergedRule<'_>, other: &MergedRule<'_>) -> bool {
    match (one.pattern.class, other.pattern.class) {
        (_, PatternClass::Exact) => false,
        (PatternClass::Exact, _) => true,
        _ => Precedence::of(&one.pattern) > Precedence::of(&other.pattern),
    }
}

/// All that requests for a path of the pattern look at: its paths, and those that are theirs with a slash more or less.
pub(super) fn forms(pattern: &PathPattern) -> Vec<PathPattern> {
    let mut forms = vec![pattern.clone()];
    forms.extend(other_form(pattern));
    // The last segment may be empty: `a/+` matches `a/`, which is the other form of `a`.
    let parent = pattern.text.strip_suffix("/+").filter(|_| pattern.class == PatternClass::Segments);
    forms.extend(parent.map(|parent| PathPattern::parse(&format!("/{parent}"))));
    forms
}

/// What a list request for a path of the pattern looks at beside that path, where the pattern does not match it itself.
fn other_form(pattern: &PathPattern) -> Option<PathPattern> {
    let open = pattern.to_string().ends_with('*');
    let label = pattern.to_string();
    let stem = label.strip_suffix('*').unwrap_or(&label);
    let label = match stem.strip_suffix('/') {
        Some(trimmed) => trimmed.to_owned(),
        None if open => return None,
        None => format!("{stem}/"),
    };
    // The slash put in front is the one that `parse` takes away.
    Some(PathPattern::parse(&format!("/{label}")))
}

/// A path of the pattern in which every wildcard stands for text that no rule names, with `below` behind an open end.
fn free_path<'p>(pattern: &'p PathPattern, below: &str) -> Cow<'p, str> {
    let (text, open) = match pattern.class {
        PatternClass::Exact => return Cow::Borrowed(&pattern.text),
        PatternClass::Prefix => return Cow::Owned([&pattern.text, below].concat()),
        PatternClass::Segments => match pattern.text.strip_suffix('*') {
            Some(text) => (text, true),
            None => (pattern.text.as_str(), false),
        },
    };
    let mut path = String::with_capacity(text.len() + below.len());
    for (at, segment) in text.split('/').enumerate() {
        path.push_str(if at == 0 { "" } else { "/" });
        path.push_str(if segment == "+" { FREE } else { segment });
    }
    path.push_str(if open { below } else { "" });
    Cow::Owned(path)
}

/// Of prefix rules only the longest is in the pool, so a longer one that does not speak of lists may stand in the way.
fn hides(other: &MergedRule<'_>, shorter: &MergedRule<'_>) -> bool {
    shorter.pattern.class == PatternClass::Prefix
        && other.pattern.class == PatternClass::Prefix
        && other.pattern.text.len() > shorter.pattern.text.len()
        && other.pattern.text.starts_with(&shorter.pattern.text)
        && !speaks_of_lists(other)
}

fn speaks_of_lists(rule: &MergedRule<'_>) -> bool {
    rule.capabilities.contains(Capability::List) || rule.capabilities.denies()
}

/// True if nothing but its capabilities matters.
pub(super) fn is_plain(rule: &MergedRule<'_>) -> bool {
    rule.members.iter().all(|member| {
        let (rule, extras) = (member.rule, &member.rule.extras);
        rule.allowed_parameters.is_empty()
            && rule.denied_parameters.is_empty()
            && rule.required_parameters.is_empty()
            && rule.min_wrapping_ttl.is_none()
            && rule.max_wrapping_ttl.is_none()
            && extras.expiration.is_none()
            && extras.pagination_limit.is_none()
            && extras.response_keys_filter.is_none()
            && extras.subscribe_event_types.is_empty()
            && extras.mfa_methods.is_empty()
            && extras.control_group.is_none()
    })
}
