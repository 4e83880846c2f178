//! What adds nothing to any token that holds it, because policies that are attached beside it give the same: whole
//! policies, and single rules of others.
//!
//! Nothing is claimed of a policy that some role attaches alone or beside one that is not known, and of tokens in which
//! templates, constraints or conditions have a say. Every claim is checked on the sets of paths, on each server.

use std::cell::Cell;
use std::collections::HashSet;

use super::acl::{Acl, RuleRef};
use super::company::Company;
use super::dialect::Dialect;
use super::joined::{self, Joined};
use super::language::{self, Language};
use super::pattern::covers;
use super::shadow::{forms, is_plain};
use super::template::Identity;
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};

/// All that adds nothing.
#[derive(Debug, Default)]
pub struct Surplus<'a> {
    /// Whole policies.
    pub policies: Vec<SurplusPolicy<'a>>,
    /// Rules of other policies.
    pub rules: Vec<SurplusRule<'a>>,
}

/// A policy that adds nothing to any token.
#[derive(Debug)]
pub struct SurplusPolicy<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The first role that attaches it.
    pub role: &'a AuthRole,
    /// The policies beside it that give the same there.
    pub enough: Vec<&'a Policy>,
}

/// A rule that adds nothing to any token.
#[derive(Debug)]
pub struct SurplusRule<'a> {
    /// The rule.
    pub rule: &'a PathRule,
    /// The first role that attaches its policy.
    pub role: &'a AuthRole,
    /// A rule of another policy there that matches all of its paths.
    pub enough: RuleRef<'a>,
}

/// Exact questions about one project.
const QUESTIONS: usize = 200;

/// Rules of one token.
const RULES: usize = 200;

/// Steps that are spent on one capability and one rule.
const STEPS: u64 = 20_000;

impl<'a> Surplus<'a> {
    /// Looks at all policies of `project`, which meet in these `sets`, and of which tokens hold `company`.
    pub fn new<'s>(
        project: &'a Project,
        sets: impl Iterator<Item = &'s Joined<'a>>,
        company: &'s Company<'a>,
    ) -> Surplus<'a>
    where
        'a: 's,
    {
        let sets: Vec<&Joined<'a>> = sets.collect();
        let mut surplus = Surplus::default();
        if sets.is_empty() {
            return surplus;
        }
        let mut of_policy: Vec<Vec<usize>> = vec![Vec::new(); project.policies.len()];
        let mut places: Vec<Vec<usize>> = Vec::with_capacity(sets.len());
        for (at, set) in sets.iter().enumerate() {
            let place = |policy: &&'a Policy| project.policies.element_offset(policy);
            let members: Vec<usize> = set.policies.iter().filter_map(place).collect();
            for member in &members {
                if let Some(own) = of_policy.get_mut(*member) {
                    own.push(at);
                }
            }
            places.push(members);
        }
        let heads = project.policies.iter().map(|policy| policy.path_rules.iter().map(Head::of).collect());
        let mut search = Search {
            project,
            company,
            sets,
            of_policy,
            places,
            heads: heads.collect(),
            policies_gone: HashSet::new(),
            rules_gone: Vec::new(),
            questions: Cell::new(QUESTIONS),
        };
        let uncertain = search.uncertain();
        for (at, policy) in project.policies.iter().enumerate() {
            let is_open = uncertain.contains(&at) || policy.origin == PolicyOrigin::Grant;
            if !is_open && !policy.path_rules.is_empty() {
                search.look_at(policy, at, &mut surplus);
            }
        }
        surplus
    }
}

/// What a look at a label tells.
#[derive(Clone, Copy)]
struct Head<'a> {
    label: &'a str,
    /// Up to the first wildcard.
    fixed: &'a str,
}

impl<'a> Head<'a> {
    fn of(rule: &'a PathRule) -> Head<'a> {
        let label = rule.path.value.as_str();
        let label = label.strip_prefix('/').unwrap_or(label);
        let fixed = label.find(['*', '+']).and_then(|end| label.get(..end)).unwrap_or(label);
        Head { label, fixed }
    }

    fn may_cover(&self, other: &Head<'_>) -> bool {
        match self.fixed.len() < self.label.len() {
            true => other.label.starts_with(self.fixed),
            false => other.label == self.label,
        }
    }
}

struct Search<'s, 'a> {
    project: &'a Project,
    company: &'s Company<'a>,
    sets: Vec<&'s Joined<'a>>,
    /// By policy, the places of the sets that hold it.
    of_policy: Vec<Vec<usize>>,
    /// By set, the places of its policies.
    places: Vec<Vec<usize>>,
    /// By policy and rule.
    heads: Vec<Vec<Head<'a>>>,
    /// By their place in the project. What is told of counts as removed, so that of two that stand in for each other only
    /// one is.
    policies_gone: HashSet<usize>,
    rules_gone: Vec<&'a PathRule>,
    questions: Cell<usize>,
}

impl<'a> Search<'_, 'a> {
    /// Places of policies that some role attaches without another known one, or beside one that is not known.
    fn uncertain(&self) -> HashSet<usize> {
        let mut uncertain = HashSet::new();
        for role in &self.project.auth_roles {
            let mut known = HashSet::new();
            let mut all = true;
            for name in role.policies() {
                let key = name.value.trim().to_lowercase();
                match joined::the_one(self.project, &key) {
                    Some(policy) => known.extend(self.place(policy)),
                    None => all &= key == "default",
                }
            }
            if !all || known.len() < 2 {
                uncertain.extend(known);
            }
        }
        uncertain
    }

    fn place(&self, policy: &Policy) -> Option<usize> {
        self.project.policies.element_offset(policy)
    }

    fn look_at(&mut self, policy: &'a Policy, at: usize, surplus: &mut Surplus<'a>) {
        let own = self.of_policy.get(at).map_or(&[][..], Vec::as_slice);
        let mut covered: Vec<(&'a PathRule, RuleRef<'a>)> = Vec::new();
        for (rule, head) in policy.path_rules.iter().zip(self.heads.get(at).into_iter().flatten()) {
            let mut in_each = own.iter().map(|set| self.covering(rule, head, at, *set));
            let Some(Some(first)) = in_each.next() else { continue };
            if in_each.all(|other| other.is_some()) && !self.company.default_concerns(policy, rule) {
                covered.push((rule, first));
            }
        }
        let sets: Vec<&Joined<'a>> = own.iter().filter_map(|set| self.sets.get(*set).copied()).collect();
        let Some(role) = sets.first().and_then(|set| set.roles.first()).copied() else { return };
        if covered.is_empty() {
            return;
        }
        let every: Vec<&PathRule> = policy.path_rules.iter().collect();
        let is_gone = |other: &Policy, _: &PathRule| std::ptr::eq(other, policy);
        if covered.len() == every.len() && self.changes_nothing(&sets, &every, is_gone) {
            let mut enough: Vec<&'a Policy> = Vec::new();
            for (_, by) in covered {
                if !enough.iter().any(|other| std::ptr::eq(*other, by.policy)) {
                    enough.push(by.policy);
                }
            }
            self.policies_gone.insert(at);
            surplus.policies.push(SurplusPolicy { policy, role, enough });
            return;
        }
        for (rule, enough) in covered {
            let is_gone = |_: &Policy, other: &PathRule| std::ptr::eq(other, rule);
            if self.changes_nothing(&sets, &[rule], is_gone) {
                self.rules_gone.push(rule);
                surplus.rules.push(SurplusRule { rule, role, enough });
            }
        }
    }

    /// A rule of another policy of the set that matches all paths of `rule`, and grants as much.
    fn covering(&self, rule: &PathRule, head: &Head<'_>, own: usize, set: usize) -> Option<RuleRef<'a>> {
        for at in self.places.get(set)?.iter().filter(|at| **at != own) {
            let (Some(policy), Some(heads)) = (self.project.policies.get(*at), self.heads.get(*at)) else {
                continue;
            };
            for (other_head, other) in heads.iter().zip(&policy.path_rules) {
                if other_head.may_cover(head)
                    && !self.policies_gone.contains(at)
                    && !self.rules_gone.iter().any(|gone| std::ptr::eq(*gone, other))
                    && grants_as_much(other, rule)
                    && covers(&other.pattern(), &rule.pattern())
                {
                    return Some(RuleRef { policy, rule: other });
                }
            }
        }
        None
    }

    /// True if no answer about paths of `rules` changes in any of the sets without what `is_gone` and what is gone already.
    fn changes_nothing(
        &self,
        sets: &[&Joined<'a>],
        rules: &[&PathRule],
        is_gone: impl Fn(&Policy, &PathRule) -> bool,
    ) -> bool {
        sets.iter().all(|set| {
            let Some(left) = self.questions.get().checked_sub(1) else { return false };
            self.questions.set(left);
            self.is_same(set, rules, &is_gone).unwrap_or(false)
        })
    }

    fn is_same(
        &self,
        set: &Joined<'a>,
        rules: &[&PathRule],
        is_gone: &impl Fn(&Policy, &PathRule) -> bool,
    ) -> Option<bool> {
        if set.policies.iter().map(|policy| policy.path_rules.len()).sum::<usize>() > RULES {
            return None;
        }
        let stays = |policy: &Policy, rule: &PathRule| {
            !is_gone(policy, rule)
                && self.place(policy).is_none_or(|at| !self.policies_gone.contains(&at))
                && !self.rules_gone.iter().any(|gone| std::ptr::eq(*gone, rule))
        };
        let rest: Vec<Policy> = set
            .policies
            .iter()
            .map(|policy| Policy {
                path_rules: policy.path_rules.iter().filter(|rule| stays(policy, rule)).cloned().collect(),
                text: None,
                ..(*policy).clone()
            })
            .collect();
        let rest: Vec<&Policy> = rest.iter().collect();
        for dialect in Dialect::of(self.project.settings.target) {
            let before = Acl::compile(&set.policies, &Identity::default(), *dialect).ok()?;
            let after = Acl::compile(&rest, &Identity::default(), *dialect).ok()?;
            if !before.uncertain_rules().is_empty() || !before.rules().iter().all(is_plain) {
                return None;
            }
            let granted = |capability: &Capability| {
                *capability != Capability::Deny
                    && before.rules().iter().any(|rule| rule.capabilities.contains(*capability))
            };
            for capability in Capability::ALL.into_iter().filter(granted) {
                let [one, other] = [&before, &after].map(|acl| Language::new(acl, "", capability, &[]));
                for form in rules.iter().flat_map(|rule| forms(&rule.pattern())) {
                    if language::difference(one, other, &form, STEPS).ok()?.is_some() {
                        return Some(false);
                    }
                }
            }
        }
        Some(true)
    }
}

fn grants_as_much(other: &PathRule, rule: &PathRule) -> bool {
    let (held, granted) = (other.granted(), rule.granted());
    !granted.is_empty() && granted.iter().all(|capability| held.contains(capability))
}
