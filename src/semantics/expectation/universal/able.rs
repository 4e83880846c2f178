//! That somebody is able to, on every path of a pattern.

use super::Claim;
use crate::semantics::acl::UncertainRule;
use crate::semantics::dialect::Dialect;
use crate::semantics::expectation::vault::{self, Asked, unsettled};
use crate::semantics::expectation::{Outcome, Reason};
use crate::semantics::language::{Grant, Language, Marks, Outline};
use crate::semantics::login::Missing;
use crate::semantics::reach::{Holder, Subject};

impl Claim<'_, '_> {
    /// That every service account of a namespace is able to, also one that is not there yet.
    pub(super) fn all_of(&self, namespace: &str) -> Result<Vec<Reason>, (Outcome, String)> {
        let project = self.prover.access.project();
        let declared = project
            .service_accounts
            .iter()
            .filter(|account| account.meta.namespace_name().is_some_and(|own| own == namespace));
        let mut names: Vec<String> = declared.map(|account| account.meta.name.value.clone()).collect();
        names.extend(["default".to_owned(), "any-other".to_owned()]);
        names.sort();
        names.dedup();
        let mut reasons = Vec::new();
        for name in names {
            let namespace = namespace.to_owned();
            let subject = Subject::ServiceAccount { namespace, name, role: None, audiences: None };
            reasons.extend(self.able(&subject)?);
        }
        Ok(reasons)
    }

    /// That a subject is able to on every path of the pattern.
    pub(super) fn able(&self, subject: &Subject) -> Result<Vec<Reason>, (Outcome, String)> {
        let who = subject.to_string();
        if let Some(reason) = self.open_everywhere() {
            return Ok(vec![Reason { who: Some(who), ..reason }]);
        }
        let holders = self.holders(subject)?;
        let sure: Vec<&Holder<'_>> = holders.iter().filter(|holder| self.is_settled(holder)).collect();
        let all_sure = holders.iter().filter(|holder| holder.gets_token()).count() == sure.len();
        let tokens: Vec<_> = sure.iter().map(|holder| (*holder, holder.token())).collect();
        let first = sure.first().map_or("", |holder| holder.namespace.as_str());
        if sure.iter().any(|holder| holder.namespace != first) {
            let text = "its roles give tokens of several Vault namespaces; name one, as `…@MOUNT/ROLE`";
            return Ok(vec![Reason { who: Some(who), ..Reason::new(None, text) }]);
        }
        let asked = Asked { expectation: self.expectation, path: "", capability: self.capability };
        let mut refused: Option<String> = None;
        for dialect in Dialect::ALL {
            if !sure.is_empty() && !sure.iter().any(|holder| asked.dialects(holder).contains(&dialect)) {
                continue;
            }
            let languages: Vec<Language<'_, '_>> = tokens
                .iter()
                .flat_map(|(holder, token)| token.acls().iter().map(move |acl| (*holder, acl)))
                .filter(|(_, (other, _))| *other == dialect)
                .filter_map(|(holder, (_, acl))| {
                    let acl = acl.as_ref().ok()?;
                    Some(Language::new(acl, &holder.namespace, self.capability, &holder.pki_mounts))
                })
                .collect();
            let found =
                self.shortest(&languages, |grants| grants.iter().all(|grant| *grant < Grant::Conditional));
            match found {
                Ok(None) => {}
                Ok(path) => refused = refused.or(path),
                Err(error) => {
                    let text = format!("too complex: {error}");
                    return Ok(vec![Reason { who: Some(who), ..Reason::new(None, text) }]);
                }
            }
        }
        let Some(path) = refused else {
            let text = "every path of the pattern is open";
            return Ok(vec![Reason { who: Some(who), ..Reason::new(Some(true), text) }]);
        };
        let answers = vault::answers(self.prover, self.expectation, subject, &path)
            .map_err(|why| (Outcome::Nobody, why))?;
        let answer = answers.into_iter().find(|answer| answer.action == self.capability.word());
        let Some(answer) = answer else { return Ok(Vec::new()) };
        if answer.allowed == Some(true) && answer.reasons.iter().any(|reason| reason.who.is_some()) {
            let text = "this path answers without a token, and whether all others are open is not looked at";
            return Ok(vec![Reason { who: Some(who), path: Some(path), ..Reason::new(None, text) }]);
        }
        if answer.allowed == Some(true) {
            self.contradicts.set(self.contradicts.get() || all_sure);
            let text = "it is open on this path through a role of which not all is known";
            let reason = Reason::new(None, text);
            return Ok(vec![Reason { who: Some(who), path: Some(path), ..reason }]);
        }
        let told = |reason| Reason { who: Some(who.clone()), path: Some(path.clone()), ..reason };
        Ok(answer.reasons.into_iter().map(told).collect())
    }

    /// True if all is known that the token says to the paths of the pattern.
    pub(super) fn is_settled(&self, holder: &Holder<'_>) -> bool {
        if !holder.gets_token() || unsettled(holder).is_some() {
            return false;
        }
        let hangs = holder.missing().iter().any(|missing| !matches!(missing, Missing::Audiences(_)));
        let several = holder.held.iter().any(|held| !held.others.is_empty() || !held.refused_by.is_empty());
        if hangs || several {
            return false;
        }
        let within = self.full(holder);
        let marks = Marks { name: "*", namespace: "*" };
        let token = holder.token();
        let settled = |rule: &UncertainRule<'_>, dialect: Dialect| {
            Outline::of(rule, &holder.identity, &holder.namespace, dialect)
                .is_none_or(|outline| !outline.meets(&within, marks, self.lists()))
        };
        token.acls().iter().all(|(dialect, acl)| {
            acl.as_ref().is_ok_and(|acl| acl.uncertain_rules().iter().all(|rule| settled(rule, *dialect)))
        })
    }
}
