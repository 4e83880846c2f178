//! # What it finds
//! A binding for the group `system:serviceaccounts`, or for `system:serviceaccounts:NAMESPACE`.
//!
//! # Why it matters
//! Every pod of the cluster, or of the namespace, holds the role, whatever service account it runs as, and so does every
//! workload that is added later.
//!
//! The group of one namespace, bound in that same namespace, is a note.
//!
//! # How to fix it
//! Bind the service accounts that need the access, by name.
//!
//! # Limits
//! To pull images is what OpenShift gives such groups; it is not reported, nor are the roles that everybody has from the
//! start. `cluster-admin` is reported by `cluster-admin-binding`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{Crowd, crowd, gives_trifles, grant_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "all-service-accounts-subject",
    summary: "a binding for every service account",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("all_service_accounts_subject.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let role = binding.role_ref.name.as_str();
    let expected = matches!(role, "cluster-admin" | "system:image-puller" | "registry-viewer");
    if expected || builtin::is_own_binding(binding) {
        return;
    }
    for subject in &binding.subjects {
        let (who, severity) = match crowd(subject) {
            Some(Crowd::ServiceAccounts) => ("every pod of the cluster".to_owned(), Severity::Warning),
            Some(Crowd::ServiceAccountsOf(namespace)) => {
                let at_home = !binding.cluster_wide && binding.meta.namespace_name() == Some(namespace);
                let severity = if at_home { Severity::Note } else { Severity::Warning };
                (format!("every pod of namespace `{namespace}`"), severity)
            }
            _ => continue,
        };
        if gives_trifles(cx.survey, binding) {
            continue;
        }
        cx.report(subject.name.span, format!("{who} holds {}", grant_words(binding)))
            .severity(severity)
            .label(binding.role_ref.name.span, "what it holds")
            .help("bind the service accounts that need it, by name");
    }
}
