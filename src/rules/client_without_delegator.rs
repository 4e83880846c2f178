//! # What it finds
//! A bound service account that may not create TokenReviews, on an auth mount that reviews each JWT with that JWT
//! itself.
//!
//! # Why it matters
//! With `disable_local_ca_jwt` and without a reviewer every client has to hold `system:auth-delegator`. One that does
//! not gets `permission denied`, without a reason.
//!
//! # How to fix it
//! Give the mount a reviewer. Binding `system:auth-delegator` to each client lets each of them review the tokens of all
//! others.
//!
//! # Limits
//! Silent unless the inputs declare the service account, hold bindings of the cluster, and hold every role that is
//! bound to it.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authorizer::{Query, User};
use crate::semantics::login::Reviewing;
use crate::semantics::rbac::Request;
use crate::semantics::reach::Access;
use crate::semantics::reach::kubernetes::Answer;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "client-without-delegator",
    summary: "a service account that cannot review its own token",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("client_without_delegator.rs"),
};

const REVIEW: Request<'static> =
    Request { verb: "create", group: "authentication.k8s.io", resource: "tokenreviews", name: None };

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let disabled = project.auth_mounts.iter().any(|mount| {
        let config = mount.config.as_ref();
        config.and_then(|config| config.bool("disable_local_ca_jwt")).is_some_and(|it| it.value)
    });
    if !disabled || project.service_accounts.is_empty() || !project.bindings.iter().any(|it| it.cluster_wide)
    {
        return;
    }
    let access = Access::new(project);
    for method in access.methods().iter().filter(|method| method.reviewing() == Reviewing::Caller) {
        for role in method.roles() {
            let pairs = role
                .namespaces()
                .iter()
                .flat_map(|namespace| role.names().iter().map(move |it| (namespace, it)));
            for (namespace, name) in pairs {
                if project.service_accounts_named(namespace.as_str(), name.as_str()).next().is_none() {
                    continue;
                }
                let user = User::service_account(namespace.as_str(), name.as_str());
                let query = Query::Resource { request: REVIEW, namespace: None };
                if !matches!(access.kubernetes(&user, &query), Answer::Refused) {
                    continue;
                }
                let finding = cx
                    .report(
                        name.span,
                        format!("`{namespace}/{name}` may not review its own token, and auth mount `{}` has no other reviewer", method.path),
                    )
                    .help("give the mount a `reviewer`");
                if let Some(disabled) = method.local_jwt_disabled() {
                    finding.label(disabled.span, "Vault does not use the token of its own pod");
                }
            }
        }
    }
}
