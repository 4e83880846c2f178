//! # What it finds
//! A RoleBinding that is meant to let its subject review tokens: its role is `system:auth-delegator`, or names
//! `tokenreviews` or `subjectaccessreviews`.
//!
//! # Why it matters
//! Both resources belong to the cluster, not to a namespace, so a RoleBinding grants nothing on them. Vault's Kubernetes
//! auth method then answers every login with `permission denied`, and only its debug log says why.
//!
//! # How to fix it
//! Bind with a ClusterRoleBinding.
//!
//! # Limits
//! Silent where a ClusterRoleBinding among the inputs already gives one of the subjects that right.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::{Request, allows};
use crate::semantics::survey::Survey;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "token-review-namespaced",
    summary: "a RoleBinding for token reviews, which grants nothing",
    category: Category::Correctness,
    check: Check::Binding(check),
    fixable: true,
    source: include_str!("token_review_namespaced.rs"),
};

const TOKEN: Request<'static> =
    Request { verb: "create", group: "authentication.k8s.io", resource: "tokenreviews", name: None };
const ACCESS: Request<'static> =
    Request { verb: "create", group: "authorization.k8s.io", resource: "subjectaccessreviews", name: None };

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if binding.cluster_wide || binding.subjects.is_empty() {
        return;
    }
    let Some(review) = review(cx.survey, binding) else { return };
    if bound_cluster_wide(cx, binding, &review.request) {
        return;
    }
    let message =
        format!("a RoleBinding grants nothing on `{}`, which belongs to no namespace", review.resource);
    let edit = cluster_wide_kind(cx.project, binding);
    let finding = cx.report(binding.kind_span, message);
    match review.named {
        Some(named) => finding.label(named.span, "no binding in a namespace can give this"),
        None => finding.label(binding.role_ref.name.span, "this role is for reviews of tokens and access"),
    };
    match edit {
        Some(edit) => finding
            .help("make it a ClusterRoleBinding; its `metadata.namespace` then has no meaning")
            .unsafe_fix("make it a ClusterRoleBinding", vec![edit]),
        None => finding.help("make the role a ClusterRole and bind it with a ClusterRoleBinding"),
    };
}

/// What of a binding's role can only be given in the whole cluster.
struct Review<'a> {
    request: Request<'static>,
    resource: &'static str,
    /// The entry of `resources`; none for the built-in role.
    named: Option<&'a Spanned<String>>,
}

fn review<'a>(survey: &'a Survey<'a>, binding: &Binding) -> Option<Review<'a>> {
    let rules = survey.referents(binding).into_iter().flat_map(|role| &role.rules);
    let named = rules
        .clone()
        .find_map(|rule| named(rule, TOKEN))
        .or(rules.into_iter().find_map(|rule| named(rule, ACCESS)));
    let delegator = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole)
        && binding.role_ref.name.value == "system:auth-delegator";
    named.or(delegator.then_some(Review { request: TOKEN, resource: TOKEN.resource, named: None }))
}

/// The rule's own word for the request; a wildcard was not written for the sake of it.
fn named<'a>(rule: &'a RbacRule, request: Request<'static>) -> Option<Review<'a>> {
    let resource = allows(rule, &request)?.resource;
    (resource.value != "*").then_some(Review { request, resource: request.resource, named: Some(resource) })
}

fn bound_cluster_wide(cx: &Context<'_>, binding: &Binding, request: &Request<'_>) -> bool {
    let mut others = cx.project.bindings.iter().filter(|other| other.cluster_wide);
    others.any(|other| {
        let shared = other.subjects.iter().any(|theirs| {
            binding.subjects.iter().any(|ours| is_same_subject((other, theirs), (binding, ours)))
        });
        shared && {
            let mut rules = cx.survey.referents(other).into_iter().flat_map(|role| &role.rules);
            other.role_ref.name.value == "system:auth-delegator"
                || rules.any(|rule| allows(rule, request).is_some())
        }
    })
}

fn is_same_subject(one: (&Binding, &Subject), other: (&Binding, &Subject)) -> bool {
    subject_words(one.0, one.1) == subject_words(other.0, other.1)
}

/// The change of kind, where nothing else stands in its way: a ClusterRoleBinding refers to ClusterRoles only, and its
/// service accounts say their namespace.
fn cluster_wide_kind(project: &Project, binding: &Binding) -> Option<Edit> {
    let complete = |subject: &Subject| subject.kind.value != "ServiceAccount" || subject.namespace.is_some();
    let written = project.sources.slice(binding.kind_span);
    let possible = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole)
        && binding.subjects.iter().all(complete)
        && written.contains("RoleBinding");
    let text = written.replace("RoleBinding", "ClusterRoleBinding");
    possible.then_some(Edit { span: binding.kind_span, text })
}
