//! Paths that answer without a token, whatever policies say.

use super::{Prover, Reason};
use crate::model::spec::Expectation;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::semantics::endpoints::{WithoutToken, all_without_token, without_token};

/// Whoever reaches the server.
const EVERYBODY: &str = "everybody";
const WITHOUT_TOKEN: &str = "it answers without a token, whatever policies say";

/// A path of the pattern on which everybody can, or may be able to.
pub(super) fn somewhere(
    prover: &Prover<'_>,
    expectation: &Expectation,
    capability: Capability,
    within: &PathPattern,
) -> Option<Reason> {
    let methods = methods(prover);
    let (project, mounts) = (prover.access.project(), prover.mounts());
    let (allowed, path, text) =
        match without_token(capability, within, project, mounts, (expectation.span, &methods)) {
            WithoutToken::No => return None,
            WithoutToken::Yes(path) if within.has_wildcard() => {
                let text =
                    format!("{WITHOUT_TOKEN}; claim the paths that policies are to shut, without this one");
                (Some(true), path, text)
            }
            WithoutToken::Yes(path) => (Some(true), path, WITHOUT_TOKEN.to_owned()),
            WithoutToken::Perhaps(path, why) => (None, path, why),
        };
    Some(Reason { who: Some(EVERYBODY.to_owned()), path: Some(path), ..Reason::new(allowed, text) })
}

/// That everybody can on every path of the pattern.
pub(super) fn everywhere(
    prover: &Prover<'_>,
    expectation: &Expectation,
    capability: Capability,
    within: &PathPattern,
) -> Option<Reason> {
    let methods = methods(prover);
    let (project, mounts) = (prover.access.project(), prover.mounts());
    all_without_token(capability, within, project, mounts, (expectation.span, &methods))
        .then(|| Reason { who: Some(EVERYBODY.to_owned()), ..Reason::new(Some(true), WITHOUT_TOKEN) })
}

fn methods<'p>(prover: &'p Prover<'_>) -> Vec<&'p str> {
    prover.access.methods().iter().map(|method| method.path).collect()
}
