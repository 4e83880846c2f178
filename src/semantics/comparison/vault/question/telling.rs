//! Differences in the words of a report: what belongs together, and the lines that cause it.

use std::collections::HashMap;

use super::{Best, DIRECTIONS, Found, Lane, Question, Weighed, rule_of};
use crate::model::vault::capability::Capability;
use crate::semantics::acl::{BUILT_IN, RuleRef};
use crate::semantics::comparison::{Direction, Evidence, Side, word};

impl Question<'_, '_> {
    /// One entry for as many capabilities as one path shows, each capability once for each direction.
    pub(super) fn told(&self, lanes: &[Lane<'_>], best: HashMap<(Direction, u16), Best>) -> Vec<Found> {
        let mut found = Vec::new();
        for direction in DIRECTIONS {
            let mut left: Vec<(u16, &Best)> = best
                .iter()
                .filter(|((of, _), _)| *of == direction)
                .map(|((_, mask), it)| (*mask, it))
                .collect();
            loop {
                let first = left.iter().filter(|(mask, _)| *mask != 0).min_by(|(one, a), (other, b)| {
                    other.count_ones().cmp(&one.count_ones()).then_with(|| a.cost.cmp(&b.cost))
                });
                let Some((mask, chosen)) = first.copied() else { break };
                for (other, _) in &mut left {
                    *other &= !mask;
                }
                let path = chosen.cost.3.as_str();
                let mut kinds: Vec<(&Weighed, Vec<Capability>)> = Vec::new();
                for (capability, weighed) in &chosen.weighed {
                    if mask & 1 << *capability as u8 == 0 {
                        continue;
                    }
                    match kinds.iter_mut().find(|(other, _)| other.is_alike(weighed)) {
                        Some((_, all)) => all.push(*capability),
                        None => kinds.push((weighed, vec![*capability])),
                    }
                }
                for (kind, capabilities) in kinds {
                    let Some(first) = capabilities.first() else { continue };
                    let of_path = self.weigh(lanes, *first, path);
                    let found_on =
                        of_path.iter().find(|(_, it)| it.direction == direction && it.is_alike(kind));
                    let Some((lane, weighed)) = found_on else { continue };
                    let (evidence, policies) = self.evidence(lane, weighed, *first, path);
                    let witness = path.to_owned();
                    found.push(Found {
                        direction,
                        capabilities,
                        witness,
                        before: weighed.before,
                        after: weighed.after,
                        conditions: weighed.conditions.clone(),
                        sent: weighed.sent.clone(),
                        evidence,
                        policies,
                        pair: weighed.pair,
                    });
                }
            }
        }
        found
    }

    /// The rules that decide on the witness, and the policies of those that make the difference.
    fn evidence(
        &self,
        lane: &Lane<'_>,
        weighed: &Weighed,
        capability: Capability,
        path: &str,
    ) -> (Vec<Evidence>, Vec<(Side, String)>) {
        let (old, new) = (lane.acl(false, weighed.pair.old), lane.acl(true, weighed.pair.new));
        let mut evidence = Vec::new();
        let mut policies = Vec::new();
        for (side, own, other) in [(Side::Old, old, new), (Side::New, new, old)] {
            let Some(rule) = own.and_then(|acl| self.deciding(acl, capability, path)) else { continue };
            let facing = rule_of(other, &rule.pattern);
            let is_there = |member: &RuleRef<'_>| {
                let mut others = facing.iter().flat_map(|rule| &rule.members);
                others.any(|other| says_the_same(member, other))
            };
            let fresh: Vec<&RuleRef<'_>> = rule.members.iter().filter(|it| !is_there(it)).collect();
            let members = if fresh.is_empty() { rule.members.iter().collect() } else { fresh };
            for member in members {
                policies.push((side, member.policy.key()));
                let span = member.rule.path.span;
                if span.source == BUILT_IN {
                    continue;
                }
                let label = self.excerpt.written(side == Side::New, span);
                let text = rule_in_words(member, label.unwrap_or(member.rule.path.as_str()));
                evidence.push(Evidence { side, span, text });
            }
        }
        (evidence, policies)
    }
}

fn says_the_same(one: &RuleRef<'_>, other: &RuleRef<'_>) -> bool {
    let plain = !one.rule.is_constrained() && !other.rule.is_constrained();
    plain && one.rule.granted() == other.rule.granted()
}

fn rule_in_words(member: &RuleRef<'_>, label: &str) -> String {
    let granted = member.rule.granted();
    let (policy, label) = (word(member.policy.name.as_str()), word(label));
    let words: Vec<String> = granted.iter().map(|capability| word(capability.word())).collect();
    match (granted.denies(), words.is_empty()) {
        (true, _) => format!("policy {policy} denies everything on {label}"),
        (_, true) => format!("policy {policy} grants nothing on {label}"),
        _ => format!("policy {policy} grants {} on {label}", words.join(", ")),
    }
}
