//! # What it finds
//! A service account that is bound as `User`, with its full user name.
//!
//! # Why it matters
//! It works, but tools that look for service accounts pass over it, Kustomize does not rename it, and a slip in it is seen
//! by nobody.
//!
//! # How to fix it
//! Write `kind: ServiceAccount` with `name` and `namespace`.
//!
//! # Limits
//! Names that are no user name of a service account are reported as `misspelled-subject`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::service_account;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "service-account-as-user",
    summary: "a service account bound by its user name",
    category: Category::Style,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("service_account_as_user.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if builtin::is_own_binding(binding) {
        return;
    }
    for subject in binding.subjects.iter().filter(|subject| subject.kind.value == "User") {
        let Some((namespace, name)) = service_account(binding, subject) else { continue };
        let plain = |part: &str| !part.is_empty() && !part.contains(':');
        if plain(namespace) && plain(name) {
            cx.report(subject.kind.span, format!("`{}` is a service account, bound as a user", subject.name))
                .help(format!("write `kind: ServiceAccount`, `name: {name}`, `namespace: {namespace}`"));
        }
    }
}
