//! # What it finds
//! A binding that gives the groups `system:nodes` or `system:bootstrappers` further roles.
//!
//! # Why it matters
//! Every node holds such credentials, on its disk and within reach of whatever breaks out of a container; those of
//! bootstrappers lie in scripts and images. What kubelets need, the node authorizer gives them, each for its own pods only.
//!
//! # How to fix it
//! Bind a service account, and run what needs the access as a pod.
//!
//! # Limits
//! The roles that kubeadm and the API server give these groups to join a cluster are not reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::subjects::{Crowd, crowd, gives_trifles, grant_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "node-group-bound",
    summary: "a binding that gives nodes more than they need",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("node_group_bound.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let role = binding.role_ref.name.as_str();
    let joins = role.starts_with("system:") || role.starts_with("kubeadm:");
    if joins || role == "cluster-admin" || builtin::is_own_binding(binding) {
        return;
    }
    for subject in &binding.subjects {
        let who = match crowd(subject) {
            Some(Crowd::Nodes) => "every node",
            Some(Crowd::Bootstrappers) => "every machine that is to become a node",
            _ => continue,
        };
        if gives_trifles(cx.survey, binding) {
            continue;
        }
        cx.report(subject.name.span, format!("{who} holds {}", grant_words(binding)))
            .label(binding.role_ref.name.span, "what it holds")
            .help("bind the service account of the pod that needs it");
    }
}
