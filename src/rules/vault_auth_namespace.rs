//! # What it finds
//! A secret of the Vault Secrets Operator whose `VaultAuth` lies in another namespace or does not admit this one, and a pod
//! whose SecretProviderClass lies in another namespace.
//!
//! # Why it matters
//! The operator refuses with `target namespace is not allowed`, the CSI driver with `failed to get secretproviderclass`: the Secret
//! is never made, and the pod waits for it.
//!
//! # How to fix it
//! Name the VaultAuth as `NAMESPACE/NAME` and add the namespace to its `allowedNamespaces`, letter for letter: only a lone `*`
//! is a wildcard. A SecretProviderClass must be in the namespace of the pod.
//!
//! # Limits
//! Objects without a written namespace are taken to be where they are needed.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::trace::Fault;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "vault-auth-namespace",
    summary: "an object to log in by that does not serve this namespace",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("vault_auth_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    for (stage, stop) in cx.survey.stops(Fault::Namespace) {
        let Some(place) = stage.evidence.first().copied() else { continue };
        let finding = cx.report(place, stop.why.clone());
        if let Some(at) = stop.at.filter(|at| *at != place) {
            finding.label(at, "decided here");
        }
        if let Some(remedy) = &stop.remedy {
            finding.help(remedy.clone());
        }
    }
}
