//! What of a policy nobody is known to need: each rule that changes, with paths that are no longer open.

use super::Surplus;
use super::forms::union;
use crate::model::project::Project;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::joined;
use crate::semantics::language::{Language, beyond};
use crate::semantics::pattern::covers;

/// The steps that are spent on one example.
const STEPS: u64 = 100_000;

/// The rules of `old` that are another thing in `new`, in their order.
pub(super) fn of(old: &Policy, new: &Policy, project: &Project) -> Vec<Surplus> {
    let target = project.spec_of(old.name.span).map_or(project.settings.target, |spec| spec.target);
    let acls = joined::acl(&[old], target).zip(joined::acl(&[new], target));
    let changed = old.path_rules.iter().filter_map(|rule| {
        // A rule that was narrowed keeps its place, whatever its label is now; those of one grant share theirs.
        let shared = old.path_rules.iter().filter(|other| other.path.span == rule.path.span).count() > 1;
        let stands_for = |other: &&PathRule| {
            other.path.span == rule.path.span && (!shared || covers(&rule.pattern(), &other.pattern()))
        };
        let now: Vec<&PathRule> = new.path_rules.iter().filter(stands_for).collect();
        let is_same =
            matches!(now.as_slice(), [one] if one.path.value == rule.path.value && one.granted() == rule.granted());
        if is_same {
            return None;
        }
        let granted = rule.granted();
        let mut closed: Vec<(String, CapabilitySet)> = Vec::new();
        for capability in granted.iter().filter(|it| *it != Capability::Deny) {
            let Some((old, new)) = &acls else { break };
            let language = |acl| Language::new(acl, "", capability, &[]);
            let (old, new) = (language(old), language(new));
            let Ok(Some(path)) = beyond(old, new, &PathPattern::parse(&rule.path.value), STEPS) else { continue };
            match closed.iter_mut().find(|(known, _)| *known == path) {
                Some((_, held)) => *held = held.with(capability),
                None => closed.push((path, CapabilitySet::new(&[capability]))),
            }
        }
        let mut labels: Vec<(String, CapabilitySet)> = Vec::new();
        for rule in now {
            match labels.iter_mut().find(|(label, _)| *label == rule.path.value) {
                Some((_, held)) => *held = union(*held, rule.granted()),
                None => labels.push((rule.path.value.clone(), rule.granted())),
            }
        }
        Some(Surplus {
            path: rule.path.value.clone(),
            span: rule.path.span,
            granted,
            is_idle_deny: granted.denies(),
            now: labels,
            closed,
        })
    });
    changed.collect()
}
