//! What one token says to the paths of a pattern.

use super::{Claim, Doubtful, Opening};
use crate::model::vault::policy::PathRule;
use crate::semantics::acl::{Acl, AclError, UncertainRule};
use crate::semantics::dialect::Dialect;
use crate::semantics::expectation::vault::{Asked, decider, refused_on, unsettled};
use crate::semantics::expectation::{Decider, Reason};
use crate::semantics::language::{Grant, Language, Marks, Outline, TooComplex};
use crate::semantics::reach::Holder;
use crate::semantics::template::{Identity, is_templated};

impl Claim<'_, '_> {
    /// What a token says to the paths of the pattern. `outlined` and `marks` stand for what templates may take; rules
    /// that keep a part of the pattern shut are added to `closing`.
    pub(super) fn opening(
        &self,
        holder: &Holder<'_>,
        outlined: &Identity,
        marks: Marks<'_>,
        closing: &mut Vec<Decider>,
    ) -> Opening {
        if !is_shared(holder) {
            return self.search(holder, outlined, marks, closing);
        }
        let known = self.openings.borrow().get(&holder.key()).cloned();
        known.unwrap_or_else(|| {
            let opening = self.search(holder, outlined, marks, closing);
            self.openings.borrow_mut().insert(holder.key(), opening.clone());
            opening
        })
    }

    fn search(
        &self,
        holder: &Holder<'_>,
        outlined: &Identity,
        marks: Marks<'_>,
        closing: &mut Vec<Decider>,
    ) -> Opening {
        if let Some(reason) = unsettled(holder) {
            return Opening::Doubt(reason);
        }
        let asked = Asked { expectation: self.expectation, path: "", capability: self.capability };
        let dialects = asked.dialects(holder);
        let within = self.full(holder);
        let mut doubtful = Vec::new();
        for variant in variants(holder) {
            let token = variant.token();
            let mut languages = Vec::new();
            let mut all = true;
            for (dialect, acl) in token.acls().iter().filter(|(dialect, _)| dialects.contains(dialect)) {
                if holder.refused_on(*dialect).is_some() {
                    return Opening::Doubt(refused_on(holder, *dialect));
                }
                match acl {
                    Ok(acl) => {
                        languages.push(Language::new(
                            acl,
                            &holder.namespace,
                            self.capability,
                            &holder.pki_mounts,
                        ));
                        for rule in acl.uncertain_rules().iter().filter(|rule| self.may_grant(rule)) {
                            let outline = Outline::of(rule, outlined, &holder.namespace, *dialect);
                            let Some(outline) = outline else { continue };
                            let is_known = doubtful.iter().any(|other: &Doubtful| other.outline == outline);
                            if !is_known && outline.meets(&within, marks, self.lists()) {
                                doubtful.push(Doubtful { outline, rule: decider(rule.rule) });
                            }
                        }
                    }
                    Err(_) => all = false,
                }
            }
            match self.open_path(&languages, all) {
                Ok(Some(path)) => return Opening::Open(path),
                Ok(None) => self.closing(&languages, token.acls().first(), closing),
                Err(error) => return Opening::Doubt(Reason::new(None, format!("too complex: {error}"))),
            }
        }
        Opening::Closed(doubtful)
    }

    /// A path that all servers let through, else one that some server lets through or may.
    pub(super) fn open_path(
        &self,
        languages: &[Language<'_, '_>],
        all: bool,
    ) -> Result<Option<String>, TooComplex> {
        if languages.is_empty() {
            return Ok(None);
        }
        let any = self.shortest(languages, |grants| grants.iter().any(|grant| *grant != Grant::No))?;
        if any.is_none() || !all {
            return Ok(any);
        }
        let everywhere =
            self.shortest(languages, |grants| grants.iter().all(|grant| *grant >= Grant::Conditional));
        Ok(everywhere.ok().flatten().or(any))
    }

    /// Of a token that grants it on paths of the pattern, the rules that shut them again.
    pub(super) fn closing(
        &self,
        languages: &[Language<'_, '_>],
        acl: Option<&(Dialect, Result<Acl<'_>, AclError>)>,
        closing: &mut Vec<Decider>,
    ) {
        let (Some(language), Some((_, Ok(acl)))) = (languages.first(), acl) else { return };
        let meeting: Vec<_> =
            acl.rules().iter().filter(|rule| language.meets(&rule.pattern, self.within)).collect();
        if !meeting.iter().any(|rule| rule.capabilities.contains(self.capability)) {
            return;
        }
        let shutting = meeting.iter().filter(|rule| !rule.capabilities.contains(self.capability));
        for member in shutting.flat_map(|rule| &rule.members) {
            let rule = decider(*member);
            if !closing.contains(&rule) {
                closing.push(rule);
            }
        }
    }

    pub(super) fn may_grant(&self, rule: &UncertainRule<'_>) -> bool {
        let rule = rule.rule.rule;
        let granted = rule.granted();
        let constrains = !rule.allowed_parameters.is_empty()
            || !rule.denied_parameters.is_empty()
            || !rule.required_parameters.is_empty();
        // Of the prefixes that match a listed path only the longest counts, so that one without `list` may hide a `deny`.
        !granted.denies() && (granted.contains(self.capability) || constrains || self.lists())
    }

    /// False if no policy of the token, which is a sifted one, has a rule that grants it: many roles end here.
    pub(super) fn may_open(&self, holder: &Holder<'_>) -> bool {
        holder.held.iter().any(|held| {
            held.name == "root"
                || held.is_missing()
                || !held.refused.is_empty()
                || !held.refused_by.is_empty()
                || Dialect::ALL
                    .iter()
                    .filter_map(|dialect| held.on(*dialect))
                    .chain(held.others.iter().copied())
                    .flat_map(|policy| &policy.path_rules)
                    .map(PathRule::granted)
                    .any(|granted| granted.contains(self.capability) && !granted.denies())
        })
    }
}

/// True if whoever holds the same policies gets the same answers.
pub(super) fn is_shared(holder: &Holder<'_>) -> bool {
    holder.held.iter().all(|held| {
        let mut texts = Dialect::ALL.iter().filter_map(|dialect| held.on(*dialect));
        held.others.is_empty()
            && held.refused.is_empty()
            && held.refused_by.is_empty()
            && !held.is_missing()
            && texts.all(|policy| !policy.path_rules.iter().any(|rule| is_templated(&rule.path.value)))
    })
}

/// The token with each of the definitions that its policies have.
fn variants<'h>(holder: &Holder<'h>) -> Vec<Holder<'h>> {
    let mut variants = vec![holder.clone()];
    for (at, held) in holder.held.iter().enumerate() {
        for other in &held.others {
            let mut variant = holder.clone();
            if let Some(held) = variant.held.get_mut(at) {
                held.policy = Some(*other);
            }
            variants.push(variant);
        }
    }
    variants
}
