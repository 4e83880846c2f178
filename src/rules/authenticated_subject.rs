//! # What it finds
//! A binding for the group `system:authenticated`.
//!
//! # Why it matters
//! Everybody who can log in is in it: every person, every service account of every namespace, and with some cloud providers
//! every account of that provider, also of strangers.
//!
//! # How to fix it
//! Bind the group of those who need the access.
//!
//! # Limits
//! Not reported are the roles that the group holds from the start; roles of the inputs that give no more than these are a
//! note. `cluster-admin` is reported by `cluster-admin-binding`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{Crowd, crowd, gives_trifles, grant_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "authenticated-subject",
    summary: "a binding for everybody who can log in",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("authenticated_subject.rs"),
};

const OF_EVERYBODY: [&str; 3] = ["system:basic-user", "system:discovery", "system:public-info-viewer"];

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let mut subjects = binding.subjects.iter().filter(|it| crowd(it) == Some(Crowd::Authenticated));
    let Some(subject) = subjects.next() else { return };
    let role = binding.role_ref.name.as_str();
    if OF_EVERYBODY.contains(&role) || role == "cluster-admin" || builtin::is_own_binding(binding) {
        return;
    }
    let severity = if gives_trifles(cx.survey, binding) { Severity::Note } else { Severity::Warning };
    let message =
        format!("everybody who can log in, every service account included, holds {}", grant_words(binding));
    cx.report(subject.name.span, message)
        .severity(severity)
        .label(binding.role_ref.name.span, "what they hold")
        .help("bind the group of those who need it");
}
