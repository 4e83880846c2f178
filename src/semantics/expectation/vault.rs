//! Questions to Vault: each way to a token is tried, on every server of the target.

use super::place::places;
use super::{Answer, Decider, DeciderKind, Prover, Reason, any_of, open};
use crate::model::project::Target;
use crate::model::spec::Expectation;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::{PathPattern, PatternClass};
use crate::semantics::acl::{Acl, Decision, MergedRule, Operation, Refusal, Request, RuleRef, Verdict};
use crate::semantics::dialect::Dialect;
use crate::semantics::login::Missing;
use crate::semantics::pattern::matches;
use crate::semantics::reach::{Holder, Subject, Unresolved};
use crate::semantics::witness::{self, Search};

/// The answers; an error if the question names a role or a policy that is not there.
pub(super) fn answers(
    prover: &Prover<'_>,
    expectation: &Expectation,
    subject: &Subject,
    path: &str,
) -> Result<Vec<Answer>, String> {
    let holders = match prover.access.holders(subject) {
        Ok(holders) => holders,
        Err(Unresolved::NoRoles) => Vec::new(),
        Err(unresolved) => return Err(unresolved.to_string()),
    };
    // In a claim about one path, a star is a star.
    let on = PathPattern { text: path.to_owned(), class: PatternClass::Exact };
    let elsewhere: Vec<_> = places(prover, expectation, &on).into_iter().skip(1).collect();
    let answers = expectation.actions.iter().map(|action| {
        let Some(capability) = Capability::from_word(action.as_str()) else {
            return any_of(action.as_str(), vec![Reason::new(None, format!("`{action}` is no capability"))]);
        };
        let asked = Asked { expectation, path, capability };
        let mut reasons: Vec<Reason> = holders.iter().filter_map(|holder| asked.of(holder)).collect();
        for place in &elsewhere {
            let path = place.within.text.as_str();
            let of = holders.iter().filter(|holder| place.of.as_ref() == Some(&holder.namespace));
            let found = of.filter_map(|holder| Asked { path, ..asked }.of(holder));
            let found = found.filter(|reason| reason.allowed != Some(false));
            reasons.extend(found.map(|reason| Reason { path: Some(path.to_owned()), ..reason }));
        }
        reasons.extend(open::somewhere(prover, expectation, capability, &on));
        if reasons.is_empty() {
            let nobody = match holders.len() {
                0 => "there are no auth roles",
                1 => "the auth role does not take it",
                _ => "none of the auth roles takes it",
            };
            let refusal = holders.iter().filter_map(|holder| holder.refused()).next();
            let single = refusal.filter(|_| holders.len() == 1);
            let text = single.map_or(nobody.to_owned(), |refusal| format!("{nobody}: {}", refusal.why));
            reasons.push(Reason::new(Some(false), text).at(single.map(|refusal| refusal.span)));
        }
        any_of(action.as_str(), reasons)
    });
    Ok(answers.collect())
}

/// A question about one path.
#[derive(Clone, Copy)]
pub(super) struct Asked<'q> {
    pub(super) expectation: &'q Expectation,
    pub(super) path: &'q str,
    pub(super) capability: Capability,
}

impl Asked<'_> {
    /// What this way comes to; nothing if it does not lead to a token.
    pub(super) fn of(&self, holder: &Holder<'_>) -> Option<Reason> {
        holder.gets_token().then(|| Self::through(holder, self.by_token(holder)))
    }

    /// What is said of the token, for somebody who gets it in this way.
    pub(super) fn through(holder: &Holder<'_>, by_token: Reason) -> Reason {
        let mut reason = by_token;
        if let Some((role, method)) = holder.role {
            reason.role = Some((format!("{}/{}", method.path, role.name), role.name.span));
        }
        // A pod may be given a JWT for any audience.
        let hangs_on = holder.missing().iter().find(|missing| !matches!(missing, Missing::Audiences(_)));
        if let (Some(missing), Some(true) | None) = (hangs_on, reason.allowed) {
            let (what, place) = match missing {
                Missing::NamespaceLabels(keys) => {
                    ("the labels of the namespace, by which the role selects, are not known", keys.span)
                }
                Missing::ApiServerAudience(audience) => {
                    ("it is not known whether the API server takes the audience for its own", audience.span)
                }
                Missing::Audiences(audience) => ("the audiences of the JWT are not known", audience.span),
            };
            reason = Reason { allowed: None, rules: Vec::new(), text: what.to_owned(), ..reason };
            reason.place = Some(place);
        }
        reason
    }

    /// What the servers say to the token.
    pub(super) fn by_token(&self, holder: &Holder<'_>) -> Reason {
        if let Some(unsettled) = unsettled(holder) {
            return unsettled;
        }
        let token = holder.token();
        let dialects = self.dialects(holder);
        let mut answers: Vec<(Dialect, Reason)> = Vec::new();
        for (dialect, acl) in token.acls().iter().filter(|(dialect, _)| dialects.contains(dialect)) {
            answers.push((
                *dialect,
                match acl {
                    _ if holder.refused_on(*dialect).is_some() => refused_on(holder, *dialect),
                    Ok(acl) => self.by_rules(acl, holder),
                    Err(error) => {
                        Reason::new(Some(false), format!("the server refuses every request: {error}"))
                    }
                },
            ));
        }
        let path = self.request_path();
        let request = self.request(holder, &path);
        if let Some(difference) = token.differences(&request).first() {
            let name = &difference.policy.name;
            let text = format!(
                "the policy `{name}` is defined more than once, and the answer hangs on which one counts"
            );
            return Reason::new(None, text).at(Some(name.span));
        }
        let Some((_, first)) = answers.first() else {
            return Reason::new(None, "no server of the target is known");
        };
        let differs = answers.iter().find(|(_, other)| other.allowed != first.allowed);
        if differs.is_some() {
            let says = |allowed: Option<bool>| match allowed {
                Some(true) => "allowed",
                Some(false) => "refused",
                None => "not known",
            };
            let texts: Vec<String> =
                answers.iter().map(|(dialect, it)| format!("{} on {dialect}", says(it.allowed))).collect();
            let text = format!("servers differ: {}; name yours in `target`", texts.join(", "));
            return Reason { allowed: None, text, ..first.clone() };
        }
        first.clone()
    }

    /// The servers that are meant: the claim's own target narrows down that of the role.
    pub(super) fn dialects(&self, holder: &Holder<'_>) -> Vec<Dialect> {
        let own = match self.expectation.target {
            Target::Any => &Dialect::ALL[..],
            target => Dialect::of(target),
        };
        let both: Vec<Dialect> =
            holder.dialects.iter().copied().filter(|dialect| own.contains(dialect)).collect();
        if both.is_empty() { holder.dialects.to_vec() } else { both }
    }

    /// Servers append a slash to the path of a list request before they check it.
    fn request_path(&self) -> String {
        let lists = Operation::of_capability(self.capability).is_some_and(Operation::lists);
        let slash = if lists && !self.path.ends_with('/') { "/" } else { "" };
        format!("{}{slash}", self.path)
    }

    fn request<'r>(&self, holder: &'r Holder<'_>, path: &'r str) -> Request<'r> {
        holder.request(Operation::of_capability(self.capability).unwrap_or(Operation::Read), path)
    }

    fn by_rules(&self, acl: &Acl<'_>, holder: &Holder<'_>) -> Reason {
        let path = self.request_path();
        let request = self.request(holder, &path);
        let decision = acl.decide(&request);
        if Operation::of_capability(self.capability).is_none() {
            return self.by_capability(acl, &decision, holder);
        }
        let rules = decision.rule.map(deciders).unwrap_or_default();
        let with = |allowed: Option<bool>, text: String| Reason {
            rules: rules.clone(),
            ..Reason::new(allowed, text)
        };
        match (decision.verdict, &decision.refusal) {
            (Verdict::Unknown, _) => {
                let hangs: Vec<Decider> = decision.depends_on.iter().map(|it| decider(it.rule)).collect();
                let text = "it hangs on rules whose path or presence is not known here";
                Reason { rules: hangs, ..Reason::new(None, text) }
            }
            (Verdict::Allowed, _) if decision.is_root => {
                with(Some(true), "the policy `root` allows all".to_owned())
            }
            (Verdict::Allowed, _) => with(Some(true), "allowed".to_owned()),
            (Verdict::Refused, Some(refusal)) => match witness::search(acl, &request) {
                None => with(Some(false), refusal.to_string()),
                Some(Search::Found(conditions)) => {
                    with(Some(true), format!("allowed to requests that carry what it asks for: {conditions}"))
                }
                Some(Search::Impossible(why)) => with(Some(false), why),
                Some(Search::NotFound) => {
                    with(None, format!("no request is found that goes through: {refusal}"))
                }
            },
            (Verdict::Refused, None) => with(Some(false), "refused".to_owned()),
        }
    }

    /// `sudo` and `subscribe` are no requests of their own: the rule that decides on the path has them or not.
    fn by_capability(&self, acl: &Acl<'_>, decision: &Decision<'_, '_>, holder: &Holder<'_>) -> Reason {
        let full = format!("{}{}", holder.namespace, self.path);
        let uncertain: Vec<Decider> = acl
            .uncertain_rules()
            .iter()
            .filter(|rule| matches(&rule.reach, &full))
            .map(|rule| decider(rule.rule))
            .collect();
        if !uncertain.is_empty() && !decision.is_root {
            let text = "it hangs on rules whose path or presence is not known here";
            return Reason { rules: uncertain, ..Reason::new(None, text) };
        }
        let rules = decision.rule.map(deciders).unwrap_or_default();
        let held = decision.is_root || decision.capabilities.contains(self.capability);
        let text = match (held, decision.rule) {
            (true, _) => "allowed".to_owned(),
            (false, None) => Refusal::NoRule.to_string(),
            (false, Some(_)) => Refusal::CapabilityMissing(self.capability).to_string(),
        };
        Reason { rules, ..Reason::new(Some(held), text) }
    }
}

pub(super) fn refused_on(holder: &Holder<'_>, dialect: Dialect) -> Reason {
    let held = holder.refused_on(dialect);
    let name = held.map_or("", |held| held.name.as_str());
    let text = format!("{dialect} refuses to store the policy `{name}` as it is written");
    Reason::new(None, text).at(held.and_then(|held| held.policy).map(|policy| policy.name.span))
}

/// What keeps any answer from being given: a policy whose text nobody knows.
pub(super) fn unsettled(holder: &Holder<'_>) -> Option<Reason> {
    let unknown = |text: String, place| Some(Reason::new(None, text).at(place));
    holder.held.iter().find_map(|held| {
        if let Some(refused) = held.refused.first() {
            let text = format!("the server refuses to store the policy `{}` as it is written", held.name);
            return unknown(text, Some(refused.name.span));
        }
        if held.is_missing() && held.name != "root" {
            let text = format!("what the policy `{}` says is not known: no input defines it", held.name);
            return unknown(text, held.span);
        }
        None
    })
}

fn deciders(rule: &MergedRule<'_>) -> Vec<Decider> {
    rule.members.iter().map(|member| decider(*member)).collect()
}

pub(super) fn decider(rule: RuleRef<'_>) -> Decider {
    let span = rule.rule.path.span;
    Decider {
        kind: DeciderKind::PathRule,
        owner: rule.policy.name.value.clone(),
        label: rule.rule.path.value.clone(),
        grants: words(rule.rule.granted()),
        span: (span.source != crate::semantics::acl::BUILT_IN).then_some(span),
    }
}

fn words(granted: CapabilitySet) -> Vec<String> {
    granted.iter().map(|capability| capability.word().to_owned()).collect()
}
