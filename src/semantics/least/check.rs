//! The changed project, asked again: what is suggested must not break what holds.

use std::collections::BTreeSet;

use super::paths::{gain, reached};
use super::tokens::{Bearers, claimed_policies};
use crate::model::project::Project;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::MergedRule;
use crate::semantics::expectation::{Outcome, Prover};
use crate::semantics::reach::{Access, Holder, Subject};
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
    /// A token of a role, or of whoever holds these policies, opens more than before.
    #[error("`{capability}` on `{path}` would be open to `{role}`, and is not today")]
    Gain {
        /// The role, or the names of policies.
        role: String,
        /// What.
        capability: Capability,
        /// Where.
        path: String,
    },
    /// The rules of a token overlap in too many ways to compare it with what it was.
    #[error("the rules of {} policies overlap in too many ways to tell", .0.len())]
    TooComplex(Vec<usize>),
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
    for token in &before.tokens {
        let Some(role) = token.role else { continue };
        let is = after.holder(role, token.account());
        let title = before.roles.get(role).map(super::tokens::Role::title).unwrap_or_default();
        compare(&before, &after, &token.holder, is.as_ref(), &title, changed)?;
    }
    // Whoever else holds a policy: alone, or with those that a claim names beside it.
    let names = changed.iter().filter_map(|at| Some(vec![old.policies.get(*at)?.name.value.clone()]));
    let sets: BTreeSet<Vec<String>> = names.chain(claimed_policies(old)).collect();
    for names in sets {
        let title = names.join(", ");
        let subject = Subject::Policies(names);
        let was = before.access.holders(&subject).unwrap_or_default();
        let is = after.access.holders(&subject).unwrap_or_default();
        for (at, was) in was.iter().enumerate() {
            compare(&before, &after, was, is.get(at), &title, changed)?;
        }
    }
    Ok(())
}

/// Compares one token with what it was, if it holds or held any policy that changed.
fn compare(
    before: &Bearers<'_>,
    after: &Bearers<'_>,
    was: &Holder<'_>,
    is: Option<&Holder<'_>>,
    title: &str,
    changed: &[usize],
) -> Result<(), Disagreement> {
    let place =
        |bearers: &Bearers<'_>, policy: &Policy| bearers.place(policy).filter(|at| changed.contains(at));
    let held: Vec<usize> =
        was.held.iter().filter_map(|held| held.policy).filter_map(|it| place(before, it)).collect();
    let Some(is) = is.filter(|is| is.gets_token()) else { return Ok(()) };
    if held.is_empty() {
        return Ok(());
    }
    let too_complex = || Disagreement::TooComplex(held.clone());
    if !was.gets_token() {
        return Err(too_complex());
    }
    let sources = (&before.project.sources, &after.project.sources);
    let (old_token, new_token) = (was.token(), is.token());
    for ((_, old_acl), (_, new_acl)) in old_token.acls().iter().zip(new_token.acls()) {
        let (old_acl, new_acl) = match (old_acl, new_acl) {
            (Ok(old_acl), Ok(new_acl)) => (old_acl, new_acl),
            (_, Err(_)) => continue,
            (Err(_), Ok(_)) => return Err(too_complex()),
        };
        let of = |bearers: &Bearers<'_>, rule: &MergedRule<'_>| {
            rule.members.iter().any(|member| place(bearers, member.policy).is_some())
        };
        let rules = old_acl.rules().iter().filter(|rule| of(before, rule));
        let rules = rules.chain(new_acl.rules().iter().filter(|rule| of(after, rule)));
        let labels: BTreeSet<String> = rules.map(|rule| rule.pattern.to_string()).collect();
        for (capability, within) in labels.iter().flat_map(|it| reached(it, &was.namespace)) {
            let found = gain((old_acl, new_acl), sources, was, capability, &within);
            if let Some(path) = found.map_err(|_| too_complex())? {
                return Err(Disagreement::Gain { role: title.to_owned(), capability, path });
            }
        }
    }
    Ok(())
}
