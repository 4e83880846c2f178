//! Rules that keep their labels whatever is needed, because comparing tokens cannot tell what would come of it.

use std::collections::{BTreeMap, BTreeSet};

use super::forms::Form;
use super::narrow::{CONSTRAINTS, Slot, UNKNOWN, Work};
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::PathRule;
use crate::semantics::acl::{MergedRule, RuleRef, UncertainRule};
use crate::semantics::language::may_meet;

impl Work<'_, '_> {
    /// A rule of which it is not known on which paths it decides keeps its label, and so does each that may decide in its
    /// place, and whatever would be narrowed to paths of which it may be one: then the same rule decides as before.
    pub(super) fn keep_what_meets_the_unknown(&mut self) {
        let mut kept = BTreeSet::new();
        for bearer in &self.bearers {
            for acl in bearer.token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok()) {
                for (at, one) in acl.uncertain_rules().iter().enumerate() {
                    let met: Vec<&MergedRule<'_>> =
                        acl.rules().iter().filter(|rule| share_paths(&rule.pattern, &one.reach)).collect();
                    let others = acl.uncertain_rules().iter().skip(at + 1);
                    let others: Vec<RuleRef<'_>> = others
                        .filter(|other| share_paths(&other.reach, &one.reach))
                        .map(|it| it.rule)
                        .collect();
                    let is_alone = met.is_empty() && others.is_empty();
                    kept.extend(self.slot(one.rule).filter(|_| !is_alone));
                    kept.extend(others.iter().filter_map(|rule| self.slot(*rule)));
                    for rule in met {
                        let free = is_outranked(&rule.pattern, one);
                        let slots = rule.members.iter().filter_map(|member| self.slot(*member));
                        kept.extend(slots.filter(|slot| {
                            !free || self.comes_to(*slot, &one.reach, &bearer.holder.namespace)
                        }));
                    }
                }
            }
        }
        for slot in kept {
            self.keep_label(slot, UNKNOWN);
        }
    }

    /// True if a rule is to be narrowed to a path that may be among these.
    fn comes_to(&self, slot: Slot, reach: &PathPattern, namespace: &str) -> bool {
        let Some(Form::Paths(paths)) = self.form(slot) else { return false };
        let mut labels = paths.keys().map(|label| PathPattern::stored(format!("{namespace}{label}")));
        labels.any(|label| share_paths(&label, reach))
    }

    /// Constraints add up where patterns are equal, so that no rule of such a pattern may go, and none may come.
    pub(super) fn keep_constraints(&mut self) {
        let mut kept = BTreeSet::new();
        let mut labels: BTreeMap<(usize, &str), Vec<Slot>> = BTreeMap::new();
        for (at, forms) in self.forms.iter().enumerate() {
            for (rule, form) in forms.iter().enumerate() {
                let Form::Paths(paths) = form else { continue };
                for label in paths.keys() {
                    labels.entry((at, label)).or_default().push((at, rule));
                }
            }
        }
        let all: BTreeMap<&str, Vec<Slot>> =
            labels.iter().fold(BTreeMap::new(), |mut all, ((_, label), slots)| {
                all.entry(*label).or_insert_with(Vec::new).extend(slots);
                all
            });
        let constrained = |slot: Slot| self.rule(slot).is_some_and(PathRule::is_constrained);
        for slots in all.values().filter(|slots| slots.len() > 1 && slots.iter().any(|it| constrained(*it))) {
            kept.extend(slots.iter().copied());
        }
        for bearer in &self.bearers {
            for acl in bearer.token.acls().iter().filter_map(|(_, acl)| acl.as_ref().ok()) {
                for rule in acl.rules() {
                    let any = rule.members.iter().any(|member| member.rule.is_constrained());
                    if any && rule.members.len() > 1 {
                        kept.extend(rule.members.iter().filter_map(|member| self.slot(*member)));
                    }
                    let label = rule.pattern.to_string();
                    let label = label.strip_prefix(&bearer.holder.namespace).unwrap_or(&label);
                    let narrowed = all.get(label).into_iter().flatten();
                    let joins = |slot: &Slot| {
                        let others = rule.members.iter().any(|member| self.slot(*member) != Some(*slot));
                        others && (any || constrained(*slot))
                    };
                    kept.extend(narrowed.copied().filter(joins));
                }
            }
        }
        for slot in kept {
            self.keep_label(slot, CONSTRAINTS);
        }
    }

    fn keep_label(&mut self, slot: Slot, why: &'static str) {
        let Some(form) = self.form(slot).filter(|form| matches!(form, Form::Gone | Form::Paths(_))) else {
            return;
        };
        let wider = form.wider();
        self.widen(slot, wider, why);
    }
}

/// True if some path, or some folder of which one rule sees the path with and the other one without its last slash, may
/// be matched by both.
fn share_paths(one: &PathPattern, other: &PathPattern) -> bool {
    let (a, b) = (one.fixed_prefix().trim_end_matches('/'), other.fixed_prefix().trim_end_matches('/'));
    (a.starts_with(b) || b.starts_with(a)) && (may_meet(one, other, true) || may_meet(other, one, true))
}

/// True if the rule of this pattern never decides on a path that the other rule matches, whatever its template stands for:
/// of two wildcards, the one that comes later wins.
fn is_outranked(pattern: &PathPattern, other: &UncertainRule<'_>) -> bool {
    let first_wildcard = |pattern: &PathPattern| {
        let end = pattern.text.strip_suffix('*').unwrap_or(&pattern.text).len();
        pattern.text.find('+').unwrap_or(end)
    };
    // Where one sees the path with its last slash and the other one without, the first form that is found decides.
    let sees_both_forms = !other.rule.rule.path.value.contains('+');
    pattern.has_wildcard() && sees_both_forms && first_wildcard(pattern) < first_wildcard(&other.reach)
}
