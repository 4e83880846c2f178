//! What becomes of the answers without a rule, found out on the sets of paths.
//!
//! Only rules that share paths with the one in question bear on it. They are compiled with it and without it, for each
//! server, and each capability is compared on each class of its paths. Hostile policies run out of questions, of rules or
//! of steps; then nothing is claimed.

use std::collections::BTreeSet;

use super::{Shadows, forms, free_path, is_plain, outranks, speaks_of_lists};
use crate::model::project::Target;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{Acl, MergedRule};
use crate::semantics::dialect::Dialect;
use crate::semantics::language::{Language, shortest_of};
use crate::semantics::template::Identity;

/// Exact questions that are answered about one set of rules.
pub(super) const QUESTIONS: usize = 32;

/// Steps that are spent on one capability.
const STEPS: u64 = 20_000;

/// Rules that may share paths with the one in question.
const NEAR: usize = 48;

impl<'r, 'a> Shadows<'r, 'a> {
    /// The rules that decide on every path of `rule` in its stead on all servers of `target`, where it takes more than
    /// one: the first on requests of most kinds, the others on lists.
    pub fn shadowing_together(
        &self,
        rule: &MergedRule<'a>,
        target: Target,
    ) -> Option<Vec<&'r MergedRule<'a>>> {
        let winner = self.winner(rule)?;
        let near = self.near(rule)?;
        let question = Question { rule, near: &near, target };
        let mut deciders = BTreeSet::new();
        question.same_without(
            |member| is_among(member, rule),
            |decider, _| {
                deciders.extend(decider);
                (decider != question.own()).then_some(())
            },
        )?;
        let others = deciders.into_iter().filter_map(|at| near.get(at).copied());
        let others = others.filter(|other| other.pattern != winner.pattern && speaks_of_lists(other));
        Some([winner].into_iter().chain(others).collect())
    }

    /// The rules from which all answers would come without `rule`, on all servers of `target`, if none of them would
    /// change: those that would decide in its stead, with the same capabilities. `gone` are path rules that count as
    /// removed already.
    pub fn standing_in_together(
        &self,
        rule: &MergedRule<'a>,
        gone: &[&PathRule],
        target: Target,
    ) -> Option<Vec<&'r MergedRule<'a>>> {
        if rule.capabilities.denies() || rule.capabilities.is_empty() || !is_plain(rule) {
            return None;
        }
        let is_alike_behind = |form: PathPattern| {
            let others = self.acl.matching(&free_path(&form, &self.below)).into_iter();
            let mut others = others.filter(|other| other.pattern != rule.pattern);
            let behind = others.find(|other| !outranks(other, rule));
            behind.is_some_and(|behind| behind.capabilities == rule.capabilities)
        };
        if !forms(&rule.pattern).into_iter().any(is_alike_behind) || self.winner(rule).is_some() {
            return None;
        }
        let near = self.near(rule)?;
        let question = Question { rule, near: &near, target };
        let own = question.own()?;
        let mut deciders = BTreeSet::new();
        let is_gone = |member: &PathRule| {
            is_among(member, rule) || gone.iter().any(|other| std::ptr::eq(*other, member))
        };
        question.same_without(is_gone, |before, after| {
            if before != Some(own) {
                return Some(());
            }
            let after = near.get(after?)?;
            let alike = after.capabilities == rule.capabilities && is_plain(after);
            deciders.insert(near.iter().position(|other| other.pattern == after.pattern)?);
            alike.then_some(())
        })?;
        let deciders: Vec<_> = deciders.into_iter().filter_map(|at| near.get(at).copied()).collect();
        (!deciders.is_empty()).then_some(deciders)
    }

    /// The rules that share paths with `rule` in either form, itself among them; nothing if these are too many, or if
    /// rules of which not all is known do so, too.
    fn near(&self, rule: &MergedRule<'a>) -> Option<Vec<&'r MergedRule<'a>>> {
        self.questions.set(self.questions.get().checked_sub(1)?);
        let mut near = BTreeSet::new();
        for form in forms(&rule.pattern) {
            if self.meets_uncertain(&form) {
                return None;
            }
            self.tree().find_overlapping(&form, |at| {
                near.insert(at);
                near.len() > NEAR
            });
        }
        (near.len() <= NEAR).then(|| near.into_iter().filter_map(|at| self.acl.rules().get(at)).collect())
    }
}

struct Question<'q, 'r, 'a> {
    rule: &'q MergedRule<'a>,
    near: &'q [&'r MergedRule<'a>],
    target: Target,
}

impl Question<'_, '_, '_> {
    /// Nothing if some answer changes once the path rules that are `gone` are not there, or if that is not found out.
    /// Otherwise `told`, for each class of paths of the rule and each kind of request, the places among `near` of the
    /// rules that decide before and after; it may end the search.
    fn same_without(
        &self,
        gone: impl Fn(&PathRule) -> bool,
        mut told: impl FnMut(Option<usize>, Option<usize>) -> Option<()>,
    ) -> Option<()> {
        let members = || self.near.iter().flat_map(|rule| &rule.members).map(|member| member.rule);
        let of = |rules: Vec<PathRule>| {
            let first = self.near.iter().find_map(|rule| rule.members.first())?.policy;
            Some(Policy {
                name: first.name.clone(),
                span: first.span,
                origin: first.origin,
                text: None,
                path_rules: rules,
                refusals: Vec::new(),
                ignored: Vec::new(),
            })
        };
        let before = of(members().cloned().collect())?;
        let after = of(members().filter(|rule| !gone(rule)).cloned().collect())?;
        let place = |pattern: &PathPattern| self.near.iter().position(|rule| rule.pattern == *pattern);
        for dialect in Dialect::of(self.target) {
            let compile = |policy| Acl::compile(&[policy], &Identity::default(), *dialect).ok();
            let (before, after) = (compile(&before)?, compile(&after)?);
            for capability in self.capabilities() {
                let languages = [&before, &after].map(|acl| Language::new(acl, "", capability, &[]));
                for form in forms(&self.rule.pattern) {
                    let found = shortest_of(&languages, &form, STEPS, |path, grants| {
                        let [one, other] = &languages;
                        let is_same = matches!(grants, [one, other] if one == other);
                        let [one, other] = [one, other].map(|it| it.decider_on(path, place).flatten());
                        !is_same || told(one, other).is_none()
                    });
                    if found != Ok(None) {
                        return None;
                    }
                }
            }
        }
        Some(())
    }

    /// Capabilities that some rule grants; the others are refused with the rule and without it.
    fn capabilities(&self) -> impl Iterator<Item = Capability> {
        let granted = |capability: &Capability| {
            *capability != Capability::Deny
                && self.near.iter().any(|rule| rule.capabilities.contains(*capability))
        };
        Capability::ALL.into_iter().filter(granted)
    }

    /// The place of the rule in question.
    fn own(&self) -> Option<usize> {
        self.near.iter().position(|other| other.pattern == self.rule.pattern)
    }
}

fn is_among(member: &PathRule, rule: &MergedRule<'_>) -> bool {
    rule.members.iter().any(|own| std::ptr::eq(own.rule, member))
}
