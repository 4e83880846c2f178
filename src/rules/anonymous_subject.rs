//! # What it finds
//! A binding for `system:anonymous` or `system:unauthenticated`.
//!
//! # Why it matters
//! These are requests without any credentials: whoever reaches the API server over the network holds the role, and no log
//! says who it was.
//!
//! # How to fix it
//! Remove the subject. What has to be public - health, version, the keys of the service account issuer - is so from the
//! start.
//!
//! # Limits
//! A role of the inputs that only reads the URLs of health, version, discovery and keys is a note, the built-in ones for
//! this purpose are not reported, nor is `cluster-admin`, which `cluster-admin-binding` reports.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{Crowd, crowd, gives_trifles, grant_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "anonymous-subject",
    summary: "a binding for requests without credentials",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("anonymous_subject.rs"),
};

const PUBLIC: [&str; 3] = [
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
    "kubeadm:bootstrap-signer-clusterinfo",
];

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let mut subjects = binding.subjects.iter().filter(|it| crowd(it) == Some(Crowd::Anonymous));
    let Some(subject) = subjects.next() else { return };
    let role = binding.role_ref.name.as_str();
    if PUBLIC.contains(&role) || role == "cluster-admin" || builtin::is_own_binding(binding) {
        return;
    }
    let severity = if gives_trifles(cx.survey, binding) { Severity::Note } else { Severity::Error };
    let message =
        format!("anybody who reaches the API server, without logging in, holds {}", grant_words(binding));
    cx.report(subject.name.span, message)
        .severity(severity)
        .label(binding.role_ref.name.span, "what they hold")
        .help("remove the subject, or name who needs the access");
}
