//! # What it finds
//! A binding for the service account `default` of a namespace.
//!
//! # Why it matters
//! Every pod that names no service account runs as it, so that the role reaches workloads for which nobody meant it, and
//! those that are added later.
//!
//! # How to fix it
//! Make a service account for the workload, name it in `serviceAccountName`, and bind that one.
//!
//! # Limits
//! `cluster-admin` is reported by `cluster-admin-binding`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{gives_trifles, grant_words, service_account};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "default-service-account-bound",
    summary: "a binding for the service account of all pods that name none",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("default_service_account_bound.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if binding.role_ref.name.value == "cluster-admin" || builtin::is_own_binding(binding) {
        return;
    }
    for subject in &binding.subjects {
        let Some((namespace, "default")) = service_account(binding, subject) else { continue };
        if gives_trifles(cx.survey, binding) {
            continue;
        }
        let of = if namespace.is_empty() { String::new() } else { format!(" of namespace `{namespace}`") };
        let message = format!("every pod{of} that names no service account holds {}", grant_words(binding));
        cx.report(subject.name.span, message)
            .label(binding.role_ref.name.span, "what it holds")
            .help("make a service account for the workload and bind that one");
    }
}
