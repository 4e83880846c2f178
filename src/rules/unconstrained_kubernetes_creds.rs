//! # What it finds
//! A rule for `creds/` of the Kubernetes secrets engine without parameter constraints.
//!
//! # Why it matters
//! The caller says for which namespace and audience the service account token is, and whether it is bound in the whole
//! cluster, as far as the role lets them.
//!
//! # How to fix it
//! Pin what is fixed: `allowed_parameters = { "kubernetes_namespace" = ["apps"], "ttl" = [] }`.
//!
//! # Limits
//! The mount must be known as the Kubernetes secrets engine or be called `kubernetes`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::endpoints::Api;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unconstrained-kubernetes-creds",
    summary: "credentials of the Kubernetes engine whose parameters the caller chooses",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("unconstrained_kubernetes_creds.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains("/creds/")
            || !rule.allowed_parameters.is_empty()
            || !rule.denied_parameters.is_empty()
        {
            continue;
        }
        let below = cx.survey.below(policy, rule);
        let of_engine = below.is_some_and(|it| it.api == Api::Kubernetes && it.rest.starts_with("creds/"));
        if of_engine && rule.granted().contains(Capability::Update) {
            cx.report(
                rule.path.span,
                format!("whoever asks `{label}` chooses namespace and audience of the token"),
            )
            .help("pin `kubernetes_namespace` and the like with `allowed_parameters`");
        }
    }
}
