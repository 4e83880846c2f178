//! Which rules no expectation touches: a rule is touched if it decided on one.

use std::collections::HashSet;

use super::{Decider, DeciderKind, Verdict};
use crate::model::project::Project;
use crate::syntax::Span;

/// How much of a project its expectations touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// Path rules that decided on an expectation, and all there are.
    pub path_rules: (usize, usize),
    /// The same for rules of Roles and ClusterRoles.
    pub rbac_rules: (usize, usize),
    /// The others, in the order of the inputs.
    pub uncovered: Vec<Uncovered<'a>>,
}

/// A rule that decided on no expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered<'a> {
    /// Which kind.
    pub kind: DeciderKind,
    /// The policy or the RBAC role.
    pub owner: &'a str,
    /// The path, or what the RBAC rule is about.
    pub label: String,
    /// Where it stands.
    pub span: Span,
}

impl<'a> Coverage<'a> {
    /// Counts what `verdicts` on claims about `project` touch.
    pub fn of(project: &'a Project, verdicts: &[Verdict<'_>]) -> Coverage<'a> {
        let answers = verdicts.iter().flat_map(|verdict| &verdict.answers);
        let rules = answers.flat_map(|answer| &answer.reasons).flat_map(|reason| &reason.rules);
        let touched: HashSet<(Span, &str)> = rules.filter_map(key).collect();
        let mut coverage = Coverage { path_rules: (0, 0), rbac_rules: (0, 0), uncovered: Vec::new() };
        for policy in &project.policies {
            for rule in &policy.path_rules {
                let is_touched = touched.contains(&(rule.path.span, rule.path.as_str()));
                coverage.path_rules.0 += usize::from(is_touched);
                coverage.path_rules.1 += 1;
                if !is_touched {
                    coverage.uncovered.push(Uncovered {
                        kind: DeciderKind::PathRule,
                        owner: policy.name.as_str(),
                        label: rule.path.value.clone(),
                        span: rule.path.span,
                    });
                }
            }
        }
        for role in &project.rbac_roles {
            for rule in &role.rules {
                let is_touched = touched.contains(&(rule.span, ""));
                coverage.rbac_rules.0 += usize::from(is_touched);
                coverage.rbac_rules.1 += 1;
                if !is_touched {
                    let on = rule.resources.iter().chain(&rule.non_resource_urls);
                    let on: Vec<&str> = on.map(|word| word.as_str()).collect();
                    coverage.uncovered.push(Uncovered {
                        kind: DeciderKind::RbacRule,
                        owner: role.meta.name.as_str(),
                        label: on.join(", "),
                        span: rule.span,
                    });
                }
            }
        }
        coverage
    }
}

/// Rules that a grant expands to may stand at one place, so their paths tell them apart.
fn key(rule: &Decider) -> Option<(Span, &str)> {
    let label = if rule.kind == DeciderKind::PathRule { rule.label.as_str() } else { "" };
    rule.span.map(|span| (span, label))
}
