//! # What it finds
//! A binding that gives the Kubernetes dashboard more than its own roles.
//!
//! # Why it matters
//! Whoever reaches the dashboard acts with its rights, without a login of their own where it is set up to skip one.
//!
//! # How to fix it
//! Let people log in to the dashboard with their own tokens, and bind only `kubernetes-dashboard` roles to it.
//!
//! # Limits
//! It is known by the name of its service account, `kubernetes-dashboard`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::subjects::{grant_words, service_account};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dashboard-subject",
    summary: "a binding that gives the dashboard more than its own roles",
    category: Category::Pedantic,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("dashboard_subject.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let role = binding.role_ref.name.as_str();
    if role.starts_with("kubernetes-dashboard") || role == "cluster-admin" {
        return;
    }
    for subject in &binding.subjects {
        if let Some((_, "kubernetes-dashboard")) = service_account(binding, subject) {
            cx.report(
                subject.name.span,
                format!("whoever reaches the dashboard holds {}", grant_words(binding)),
            )
            .help("let people log in to it with their own tokens");
        }
    }
}
