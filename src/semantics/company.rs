//! What tokens hold beside a policy, as far as the auth roles of the inputs tell.

use std::collections::{HashMap, HashSet};

use super::acl::default_policy;
use super::dialect::Dialect;
use super::joined;
use super::language;
use super::shadow::forms;
use crate::model::project::Project;
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::model::vault::policy::{PathRule, Policy};

/// The policies that tokens hold together.
#[derive(Debug)]
pub struct Company<'a> {
    project: &'a Project,
    /// By the name of a policy in lower case, the places of the `lists` that have it.
    places: HashMap<String, Vec<usize>>,
    /// What auth roles attach, each list once; `None` where it has a policy that is not known.
    lists: Vec<Option<Vec<&'a Policy>>>,
    built_in: [Policy; 3],
}

impl<'a> Company<'a> {
    /// Goes through all auth roles once.
    pub fn new(project: &'a Project) -> Company<'a> {
        let mut company = Company {
            project,
            places: HashMap::new(),
            lists: Vec::new(),
            built_in: Dialect::ALL.map(default_policy),
        };
        let mut seen = HashSet::new();
        for role in &project.auth_roles {
            let mut names: Vec<String> =
                role.policies().iter().map(|name| name.value.trim().to_lowercase()).collect();
            names.retain(|name| name != "default");
            names.sort_unstable();
            names.dedup();
            if !seen.insert(names.clone()) {
                continue;
            }
            company.lists.push(names.iter().map(|name| joined::the_one(project, name)).collect());
            for name in names {
                company.places.entry(name).or_default().push(company.lists.len() - 1);
            }
        }
        company
    }

    /// True if some token may hold, beside `policy`, another policy with a say on a path of its `rule`, or on the path of
    /// a list there. Any token may hold `default`: the built-in one of every server, and one of the inputs.
    pub fn may_concern(&self, policy: &Policy, rule: &PathRule) -> bool {
        let asked = Asked::new(policy, rule);
        let attached = match policy.key().as_str() {
            "default" => None,
            key => Some(self.places.get(key).map(Vec::as_slice).unwrap_or_default()),
        };
        let is_beside = |list: &Option<Vec<&Policy>>| {
            list.as_ref().is_none_or(|list| list.iter().any(|other| asked.concerned_by(other)))
        };
        self.default_asked(&asked)
            || match attached {
                Some(places) => places.iter().filter_map(|at| self.lists.get(*at)).any(is_beside),
                None => self.lists.iter().any(is_beside),
            }
    }

    /// The part of [`Company::may_concern`] that is about `default`.
    pub fn default_concerns(&self, policy: &Policy, rule: &PathRule) -> bool {
        self.default_asked(&Asked::new(policy, rule))
    }

    fn default_asked(&self, asked: &Asked<'_>) -> bool {
        let built_in = self.built_in.iter().filter(|_| asked.policy.key() != "default");
        built_in.chain(self.project.policies_named("default")).any(|default| asked.concerned_by(default))
    }
}

/// The paths of one rule, and those that lists there look at.
struct Asked<'p> {
    policy: &'p Policy,
    stem: &'p str,
    forms: Vec<PathPattern>,
    is_literal: bool,
}

impl<'p> Asked<'p> {
    fn new(policy: &'p Policy, rule: &'p PathRule) -> Asked<'p> {
        let pattern = rule.pattern();
        let is_literal = pattern.class == PatternClass::Exact;
        Asked { policy, stem: stem(rule), forms: forms(&pattern), is_literal }
    }

    fn concerned_by(&self, other: &Policy) -> bool {
        let is_near = |rule: &&PathRule| {
            let other = stem(rule);
            // A rule for one path decides there with and without a rule that has a wildcard.
            let yields = self.is_literal || rule.path.value.contains(['*', '+', '{']);
            yields && (other.starts_with(self.stem) || self.stem.starts_with(other))
                || rule.path.value.contains("+*")
        };
        let concerns =
            |rule: &PathRule| self.forms.iter().any(|form| language::may_concern(rule, form, true));
        !std::ptr::eq(other, self.policy) && other.path_rules.iter().filter(is_near).any(concerns)
    }
}

/// How every path begins on which the rule can have a say, but for a slash at its end.
fn stem(rule: &PathRule) -> &str {
    let label = rule.path.value.as_str();
    let label = label.strip_prefix('/').unwrap_or(label);
    let stem = label.split(['*', '+', '{']).next().unwrap_or_default();
    stem.strip_suffix('/').unwrap_or(stem)
}
