//! # What it finds
//! A RoleBinding whose subject is a service account of another namespace.
//!
//! # Why it matters
//! Whoever runs pods in that other namespace holds the role here. Nothing in either namespace shows it to the people who
//! look after it.
//!
//! # How to fix it
//! If it is meant, say so beside the binding; else use a service account of the namespace.
//!
//! # Limits
//! Both namespaces must be written, and the role must be among the inputs or built in; one that names all of its
//! objects is left alone. Writing in `kube-system` is
//! `kube-system-grant`; the Role for extension API servers there is left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{Gift, gift, service_account};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cross-namespace-grant",
    summary: "a role given to a service account of another namespace",
    category: Category::Style,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("cross_namespace_grant.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let Some(own) = binding.meta.namespace_name().filter(|_| !binding.cluster_wide) else { return };
    let reader = "extension-apiserver-authentication-reader";
    if builtin::is_own_binding(binding) || binding.role_ref.name.value == reader {
        return;
    }
    let gift = gift(cx.survey, binding);
    if gift == Gift::Unknown || (own == "kube-system" && gift == Gift::Acts) {
        return;
    }
    let roles = cx.survey.referents(binding);
    if !roles.is_empty() && roles.iter().flat_map(|role| &role.rules).all(|it| !it.resource_names.is_empty())
    {
        return;
    }
    for subject in &binding.subjects {
        let Some((namespace, name)) = service_account(binding, subject) else { continue };
        if namespace.is_empty() || namespace == own {
            continue;
        }
        let message = format!(
            "whoever runs pods in namespace `{namespace}` as `{name}` holds {} `{}` here, in `{own}`",
            binding.role_ref.kind, binding.role_ref.name
        );
        cx.report(subject.namespace.as_ref().map_or(subject.name.span, |it| it.span), message)
            .help("if it is meant, say so beside the binding");
    }
}
