//! For which signers of certificates a role holds `approve` or `sign`.
//!
//! Source: kubernetes `plugin/pkg/admission/certificates`: the check is made for the signer's name, then for its domain
//! with `/*`.

use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::syntax::Spanned;

/// For which signers.
#[derive(Debug, Clone, Copy)]
pub enum Signers<'a> {
    /// For all of them; the entry of `resources`.
    Any(&'a Spanned<String>),
    /// For the one whose certificates log in as any user; the entry of `resourceNames`.
    Client(&'a Spanned<String>),
    /// For others only.
    Others,
    /// For none.
    Nobody,
}

impl<'a> Signers<'a> {
    /// For which signers `role` holds `verb`.
    pub fn of(role: &'a RbacRole, verb: &str) -> Signers<'a> {
        let mut widest = Signers::Nobody;
        for rule in &role.rules {
            let Some(entry) = entry(rule, verb) else { continue };
            if rule.resource_names.is_empty() {
                return Signers::Any(entry);
            }
            let client = rule.resource_names.iter().find(|name| LOG_IN.contains(&name.value.as_str()));
            match (client, widest) {
                (Some(name), _) => widest = Signers::Client(name),
                (None, Signers::Nobody) => widest = Signers::Others,
                (None, _) => {}
            }
        }
        widest
    }
}

/// The signer of client certificates, and its domain.
const LOG_IN: [&str; 2] = ["kubernetes.io/kube-apiserver-client", "kubernetes.io/*"];

fn entry<'a>(rule: &'a RbacRule, verb: &str) -> Option<&'a Spanned<String>> {
    let has = |entries: &[Spanned<String>], word: &str| {
        entries.iter().any(|entry| entry.value == word || entry.value == "*")
    };
    let fits = has(&rule.verbs, verb) && has(&rule.api_groups, "certificates.k8s.io");
    rule.resources.iter().find(|entry| fits && matches!(entry.value.as_str(), "signers" | "*"))
}
