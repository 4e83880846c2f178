//! # What it finds
//! A namespace selector of a role, beside a RoleBinding that lets its subject change the Namespace object it lies in.
//!
//! # Why it matters
//! Whoever may set labels on a namespace lets it in: the selector is no boundary for them.
//!
//! # How to fix it
//! Take `update` and `patch` on `namespaces` from the binding, or list the namespaces.
//!
//! # Limits
//! Bindings of the whole cluster are left alone: they are the ones that administer namespaces.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::model::project::Project;
use crate::model::vault::field::Fields;
use crate::semantics::namespace_selector;
use crate::semantics::rbac::reach::{referents, subject_words};
use crate::semantics::rbac::{Request, allows};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "self-service-selector",
    summary: "a selector for labels that a namespace can give itself",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("self_service_selector.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.bindings.is_empty() {
        return;
    }
    let opener = LazyCell::new(|| project.bindings.iter().find(|binding| labels_its_own(project, binding)));
    for role in &project.auth_roles {
        look(&role.fields, "bound_service_account_namespace_selector", &opener, cx);
    }
    for role in &project.secrets_roles {
        look(&role.fields, "allowed_kubernetes_namespace_selector", &opener, cx);
    }
}

fn look<'a>(
    fields: &Fields,
    name: &str,
    opener: &LazyCell<Option<&'a Binding>, impl FnOnce() -> Option<&'a Binding>>,
    cx: &mut Context<'_>,
) {
    let Some(selector) = fields.text(name).filter(|text| !text.value.is_empty()) else { return };
    let Some(binding) = **opener else { return };
    if namespace_selector::read(selector.value).is_none_or(|conditions| conditions.are_none()) {
        return;
    }
    let Some(subject) = binding.subjects.first() else { return };
    let namespace = binding.meta.namespace_name().unwrap_or("its own");
    cx.report(
        selector.span,
        format!("{} may label namespace `{namespace}`, and so let it in", subject_words(binding, subject)),
    )
    .label(binding.role_ref.span, "may change the Namespace object")
    .help("take `update` and `patch` on `namespaces` from the binding, or list the namespaces");
}

/// True for a RoleBinding that allows to change the Namespace object that it lies in.
fn labels_its_own(project: &Project, binding: &Binding) -> bool {
    if binding.cluster_wide || binding.subjects.is_empty() {
        return false;
    }
    let own = binding.meta.namespace_name();
    referents(project, binding).into_iter().flat_map(|role| &role.rules).any(|rule| {
        ["update", "patch"].into_iter().any(|verb| {
            allows(rule, &Request { verb, group: "", resource: "namespaces", name: own }).is_some()
        })
    })
}
