//! # What it finds
//! A Secret of type `kubernetes.io/service-account-token`.
//!
//! # Why it matters
//! Its token does not expire and is bound to no pod: whoever reads the Secret once holds the service account for good, in
//! Kubernetes and in every Vault role that wants no audience.
//!
//! # How to fix it
//! Let pods use the token that is mounted, and programs outside ask for one with `kubectl create token` or the Vault Kubernetes
//! secrets engine.
//!
//! # Limits
//! The reviewer of Vault's Kubernetes auth method needs such a token where Vault runs outside of the cluster: service accounts
//! that are bound to `system:auth-delegator` or may create token reviews are not reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::powers::{self, TOKEN_REVIEW};
use crate::semantics::rbac::subjects::service_account;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "static-token-secret",
    summary: "a Secret with a token that does not expire",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("static_token_secret.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for secret in &project.token_secrets {
        let Some(account) = &secret.account else { continue };
        let is_reviewer = project.bindings.iter().any(|binding| {
            let mut subjects =
                binding.subjects.iter().filter_map(|subject| service_account(binding, subject));
            subjects.any(|(_, name)| name == account.value) && reviews(binding, cx)
        });
        if !is_reviewer {
            let message = format!("a token of the service account `{account}` that does not expire");
            cx.report(secret.kind.span, message)
                .help("use the token that is mounted into pods, or ask for one with `kubectl create token`");
        }
    }
}

fn reviews(binding: &Binding, cx: &Context<'_>) -> bool {
    let roles = cx.survey.referents(binding);
    binding.role_ref.name.value == "system:auth-delegator"
        || roles
            .iter()
            .flat_map(|role| &role.rules)
            .any(|rule| powers::given_by(rule, &TOKEN_REVIEW, false).is_some())
}
