//! The changed project, asked again: what is suggested must not break what holds.

use std::collections::BTreeSet;

use super::paths::{gain, reached};
use super::tokens::Bearers;
use crate::model::project::Project;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::MergedRule;
use crate::semantics::expectation::{Outcome, Prover};
use crate::semantics::reach::Access;
use crate::semantics::trace::{Mark, Route, Tracer};

/// Something that held before and does not hold afterwards: a bug of rolewright.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Disagreement {
    /// An expectation.
    #[error("the expectation on `{0}` would no longer hold")]
    Expectation(String),
    /// What a workload fetches.
    #[error("`{0}` would no longer be fetched")]
    Fetch(String),
    /// A token of a role opens more than before.
    #[error("`{capability}` on `{path}` would be open to the role `{role}`, and is not today")]
    Gain {
        /// The role.
        role: String,
        /// What.
        capability: Capability,
        /// Where.
        path: String,
    },
    /// The changed text does not say what is meant.
    #[error("the text of the policy `{0}` would not say what is meant")]
    Text(String),
}

/// Proves every expectation, traces every workload and compares every token of `new`, which is `old` with other texts of
/// some policies.
pub fn check(old: &Project, new: &Project, changed: &[usize]) -> Result<(), Disagreement> {
    expectations(old, new)?;
    fetches(old, new)?;
    tokens(old, new, changed)
}

fn expectations(old: &Project, new: &Project) -> Result<(), Disagreement> {
    let provers = (Prover::new(old), Prover::new(new));
    for (before, after) in old.expectations.iter().zip(&new.expectations) {
        let was = provers.0.prove(before).outcome;
        let is = if was == Outcome::Nobody { was } else { provers.1.prove(after).outcome };
        // A claim may come to hold: that somebody cannot.
        if is > was {
            return Err(Disagreement::Expectation(before.on.value.clone()));
        }
    }
    if old.expectations.len() == new.expectations.len() {
        return Ok(());
    }
    Err(Disagreement::Expectation(String::new()))
}

fn fetches(old: &Project, new: &Project) -> Result<(), Disagreement> {
    let marks = |project: &Project| -> Vec<(String, Option<Mark>)> {
        let routes = Tracer::new(project).all_routes();
        let fetches = routes.iter().flat_map(|route: &Route| &route.fetches);
        fetches.map(|fetch| (fetch.secret.clone(), fetch.stage.as_ref().map(|stage| stage.mark))).collect()
    };
    let (before, after) = (marks(old), marks(new));
    if before.len() != after.len() {
        return Err(Disagreement::Fetch(String::new()));
    }
    match before.into_iter().zip(after).find(|((_, was), (_, is))| is > was) {
        Some(((secret, _), _)) => Err(Disagreement::Fetch(secret)),
        None => Ok(()),
    }
}

fn tokens(old: &Project, new: &Project, changed: &[usize]) -> Result<(), Disagreement> {
    let (before, after) = (Access::new(old), Access::new(new));
    let (before, after) = (Bearers::new(&before), Bearers::new(&after));
    for (was, is) in before.tokens.iter().zip(&after.tokens) {
        let is_changed = |bearers: &Bearers<'_>, policy: &Policy| {
            bearers.place(policy).is_some_and(|at| changed.contains(&at))
        };
        let mut held = was.holder.held.iter().filter_map(|held| held.policy);
        if !held.any(|policy| is_changed(&before, policy)) || !was.holder.gets_token() {
            continue;
        }
        let (old_token, new_token) = (was.holder.token(), is.holder.token());
        for ((_, old_acl), (_, new_acl)) in old_token.acls().iter().zip(new_token.acls()) {
            let (Ok(old_acl), Ok(new_acl)) = (old_acl, new_acl) else { continue };
            let of = |bearers: &Bearers<'_>, rule: &MergedRule<'_>| {
                rule.members.iter().any(|member| is_changed(bearers, member.policy))
            };
            let rules = old_acl.rules().iter().filter(|rule| of(&before, rule));
            let rules = rules.chain(new_acl.rules().iter().filter(|rule| of(&after, rule)));
            let labels: BTreeSet<String> = rules.map(|rule| rule.pattern.to_string()).collect();
            for (capability, within) in labels.iter().flat_map(|it| reached(it, &was.holder.namespace)) {
                if let Ok(Some(path)) = gain(old_acl, new_acl, &was.holder, capability, &within) {
                    let role = was.role.and_then(|at| before.roles.get(at));
                    let role = role.map(super::tokens::Role::title).unwrap_or_default();
                    return Err(Disagreement::Gain { role, capability, path });
                }
            }
        }
    }
    Ok(())
}
