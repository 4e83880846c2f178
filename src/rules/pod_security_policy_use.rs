//! # What it finds
//! A rule about PodSecurityPolicies.
//!
//! # Why it matters
//! Kubernetes 1.25 took PodSecurityPolicies away: the rule grants nothing, and what the policy once held back, nothing
//! holds back now.
//!
//! # How to fix it
//! Remove the rule, and set `pod-security.kubernetes.io/enforce` on the namespaces.
//!
//! # Limits
//! Clusters older than 1.25, and OpenShift's SecurityContextConstraints, are not meant.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-security-policy-use",
    summary: "a rule about PodSecurityPolicies, which are gone",
    category: Category::Pedantic,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("pod_security_policy_use.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for resource in role.rules.iter().flat_map(|rule| &rule.resources) {
        if resource.value == "podsecuritypolicies" {
            cx.report(resource.span, "PodSecurityPolicies are gone since Kubernetes 1.25")
                .help("remove the rule, and label the namespaces for Pod Security");
        }
    }
}
