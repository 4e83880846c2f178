//! # What it finds
//! An auth role with a namespace selector whose reviewer may not `get` namespaces.
//!
//! # Why it matters
//! `system:auth-delegator` does not include it, and the Helm chart of Vault does not grant it. Logins by the selector
//! end in `failed to get namespace (code 403 …)`.
//!
//! # How to fix it
//! Bind a ClusterRole with `get` on `namespaces` to the reviewer.
//!
//! # Limits
//! Silent unless the spec names the reviewer, and where a binding of the reviewer refers to a role that is not among
//! the inputs.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authorizer::{Query, User};
use crate::semantics::rbac::Request;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::Answer;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "reviewer-cannot-see-namespaces",
    summary: "a reviewer that may not look at the labels of namespaces",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("reviewer_cannot_see_namespaces.rs"),
};

const LOOK: Request<'static> = Request { verb: "get", group: "", resource: "namespaces", name: None };
const SELECTOR: &str = "bound_service_account_namespace_selector";

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let selects = project.auth_roles.iter().any(|role| role.fields.get(SELECTOR).is_some());
    if !selects || !project.auth_mounts.iter().any(|mount| mount.reviewer.is_some()) {
        return;
    }
    let access = Access::new(project);
    for method in access.methods() {
        let Some(reviewer) = method.mount.and_then(|mount| mount.reviewer.as_ref()) else { continue };
        let user = User::service_account(reviewer.namespace.as_str(), reviewer.service_account.as_str());
        let query = Query::Resource { request: LOOK, namespace: None };
        if !matches!(access.kubernetes(&user, &query), Answer::Refused) {
            continue;
        }
        for role in method.roles() {
            let Some(selector) = role.fields.text(SELECTOR).filter(|it| !it.value.is_empty()) else {
                continue;
            };
            cx.report(
                selector.span,
                format!(
                    "`{}/{}` may not look at the labels of namespaces, so {} admits nobody by them",
                    reviewer.namespace,
                    reviewer.service_account,
                    role.words()
                ),
            )
            .label(reviewer.span, "the reviewer")
            .help("bind a ClusterRole with `get` on `namespaces` to it");
        }
    }
}
