//! What credentials of the Kubernetes secrets engine add: whoever may ask for them has what they give.
//!
//! Whether they give it hangs on more than the inputs tell (as whom the engine acts, what a request chooses), so that a
//! claim which they may break is not proved, and not refuted either.

use std::collections::BTreeSet;

use super::identity::Someone;
use super::{Among, Claim};
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::model::spec::{Expectation, Quantifier};
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::expectation::{Reason, universal};
use crate::semantics::rbac::bootstrap;
use crate::semantics::reach::Subject;
use crate::semantics::{generated_rules, requests};
use crate::syntax::Spanned;

impl Claim<'_, '_> {
    /// What speaks against it that nobody of `who` gets credentials that give a request of the pattern.
    pub(super) fn credentials(&self, expectation: &Expectation, who: &Quantifier) -> Vec<Reason> {
        let Some((who, can)) = in_vault(who) else { return Vec::new() };
        let roles = self.prover.access.project().secrets_roles.iter().filter(|role| self.may_give(role));
        roles.filter_map(|role| self.asked_for(role, expectation, (&who, can))).collect()
    }

    /// False if no credentials of the role give a request of the pattern.
    fn may_give(&self, role: &SecretsRole) -> bool {
        let fields = &role.fields;
        let filled = |name: &str| fields.text(name).filter(|text| !text.value.is_empty());
        let listed = fields.list("allowed_kubernetes_namespaces");
        let by_labels = filled("allowed_kubernetes_namespace_selector").is_some();
        let is_open = by_labels || listed.iter().any(|entry| entry.value == "*");
        let mut places: BTreeSet<&str> =
            listed.iter().map(Spanned::as_str).filter(|entry| *entry != "*").collect();
        if let Some(account) = filled("service_account_name") {
            if is_open {
                let subjects = self.prover.access.project().bindings.iter().flat_map(|it| &it.subjects);
                let named = subjects.filter(|subject| subject.name.value == account.value);
                places.extend(named.filter_map(|subject| Some(subject.namespace.as_ref()?.as_str())));
                places.extend(self.namespace);
            }
            return places.into_iter().any(|place| {
                let someone = Someone::ServiceAccount(place.to_owned(), account.value.to_owned());
                let found = self.closed(&Among::One(&someone.identity(self.stranger)));
                found.iter().any(|reason| reason.allowed != Some(false))
            });
        }
        if places.is_empty() && !is_open {
            return false;
        }
        let kind = generated_rules::role_kind(role);
        // A request chooses whether a ClusterRole is bound in the whole cluster.
        let at: Vec<Option<&str>> = match (kind, self.namespace) {
            (RbacRoleKind::ClusterRole, namespace) => vec![namespace],
            (RbacRoleKind::Role, Some(own)) if is_open || places.contains(own) => vec![Some(own)],
            (RbacRoleKind::Role, Some(_)) => return false,
            (RbacRoleKind::Role, None) if is_open => vec![Some("default")],
            (RbacRoleKind::Role, None) => places.into_iter().map(Some).collect(),
        };
        let gives = |rules: &[RbacRule]| {
            let allowed = |namespace: Option<&str>| {
                rules
                    .iter()
                    .any(|rule| requests::allowed(&self.pattern, rule, self.verb, namespace).next().is_some())
            };
            at.iter().any(|namespace| allowed(*namespace))
        };
        if let Some(name) = filled("kubernetes_role_name") {
            let own = self.prover.access.project().rbac_roles_called(kind, name.value);
            let built_in = bootstrap::newest_roles()
                .iter()
                .filter(|it| it.kind == kind && it.meta.name.value == name.value);
            let mut roles = own.chain(built_in).peekable();
            // One that no input holds may give anything, and so may one that takes in the rules of others.
            return roles.peek().is_none() || roles.any(|it| it.aggregation.is_some() || gives(&it.rules));
        }
        let Some(text) = filled("generated_role_rules") else { return false };
        generated_rules::read(text.value, text.span).is_none_or(|read| gives(&read.rules))
    }

    /// That somebody of whom the claim speaks may ask for them, or that it is not known.
    fn asked_for(
        &self,
        role: &SecretsRole,
        expectation: &Expectation,
        (who, can): (&Quantifier, bool),
    ) -> Option<Reason> {
        let mount = role.mount.trim_matches('/');
        let words =
            format!("credentials of the secrets engine role `{mount}/roles/{}` may give this", role.name);
        self.spellings(&format!("{mount}/creds/{}", role.name)).into_iter().find_map(|path| {
            let asked = Expectation {
                // The path lies in the Vault namespace of the engine.
                span: role.name.span,
                who: Spanned::new(who.clone(), expectation.who.span),
                can,
                actions: vec![Spanned::new("update".to_owned(), role.name.span)],
                on: Spanned::new(path.clone(), role.name.span),
                namespace: None,
                object: None,
                ..expectation.clone()
            };
            let found = match universal::answers(self.prover, &asked, &path) {
                Err((_, why)) => Reason::new(None, why),
                Ok(proof) => {
                    let mut reasons = proof.answers.into_iter().flat_map(|answer| answer.reasons);
                    reasons.find(|reason| reason.allowed != Some(false))?
                }
            };
            let text = format!("{words}, which are to be had by `update` on `{path}`: {}", found.text);
            let reason = Reason { allowed: None, text, path: None, ..found };
            Some(reason.at(Some(role.name.span)))
        })
    }

    /// The path, and whatever rules spell out that is the same to the engine.
    fn spellings(&self, path: &str) -> BTreeSet<String> {
        let rules = self.prover.access.project().policies.iter().flat_map(|policy| &policy.path_rules);
        let labels = rules.map(|rule| rule.path.as_str().trim_start_matches('/'));
        let alike = labels.filter(|label| label.to_lowercase() == path.to_lowercase()).map(str::to_owned);
        alike.chain([path.to_owned(), path.to_lowercase()]).collect()
    }
}

/// Of whom Vault is asked, and whether as of those who can; nothing for users of Kubernetes.
fn in_vault(who: &Quantifier) -> Option<(Quantifier, bool)> {
    let is_account = |name: &&String| matches!(name.parse(), Ok(Subject::ServiceAccount { .. }));
    match who {
        Quantifier::Nobody => Some((Quantifier::Nobody, true)),
        Quantifier::NobodyExcept(names) | Quantifier::Only(names) => {
            let accounts: Vec<String> = names.iter().filter(is_account).cloned().collect();
            Some((Quantifier::NobodyExcept(accounts), true))
        }
        Quantifier::EverybodyIn(namespace) => Some((Quantifier::EverybodyIn(namespace.clone()), false)),
        Quantifier::One(name) => is_account(&name).then(|| (Quantifier::One(name.clone()), false)),
    }
}
