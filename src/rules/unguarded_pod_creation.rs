//! # What it finds
//! A role for creating pods, bound in a namespace whose manifest sets no `pod-security.kubernetes.io/enforce` to
//! `baseline` or `restricted`.
//!
//! # Why it matters
//! Without it a pod may be privileged, use the network of the host or mount its directories. Whoever creates pods there
//! takes over the node, and with it every pod on the node.
//!
//! # How to fix it
//! Label the Namespace with `pod-security.kubernetes.io/enforce: baseline`, better `restricted`.
//!
//! # Limits
//! Namespaces whose manifests are not among the inputs are unknown and left alone. Defaults of the API server and other
//! policy engines are not seen, so it is a note; in `kube-system`, whose service accounts run the cluster, a warning.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::service_account::KubernetesNamespace;
use crate::model::project::Project;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unguarded-pod-creation",
    summary: "pods may be created in a namespace without Pod Security",
    category: Category::Security,
    check: Check::Grant(&powers::POD_CREATION, check),
    fixable: false,
    source: include_str!("unguarded_pod_creation.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let Some(namespace) = namespace(grant, cx.project) else { return };
    let name = &namespace.meta.name;
    let message = format!(
        "{} may run pods as any service account, privileged ones too, in namespace `{name}`",
        role_words(grant.role)
    );
    let finding = cx
        .report(grant.span(), message)
        .severity(grant.weight().map_or(Severity::Note, Severity::of))
        .label(name.span, "nothing here holds Pod Security in place")
        .help("label the Namespace with `pod-security.kubernetes.io/enforce: baseline`, better `restricted`");
    for (span, text) in grant.reach.evidence() {
        finding.label(span, text);
    }
}

/// The manifest of a namespace that the grant reaches and that holds no Pod Security in place.
pub(super) fn namespace<'a>(grant: &Grant<'_>, project: &'a Project) -> Option<&'a KubernetesNamespace> {
    if grant.reach.is_cluster_wide() {
        return None;
    }
    let mut names = grant.reach.bindings().iter().filter_map(|binding| binding.meta.namespace_name());
    names.find_map(|name| unguarded(name, project))
}

/// The manifest of the namespace, if no manifest of it enforces a level.
fn unguarded<'a>(name: &str, project: &'a Project) -> Option<&'a KubernetesNamespace> {
    let enforces = |namespace: &KubernetesNamespace| {
        matches!(namespace.meta.label("pod-security.kubernetes.io/enforce"), Some("baseline" | "restricted"))
    };
    let guarded = project.kubernetes_namespaces_named(name).any(enforces);
    project.kubernetes_namespaces_named(name).next().filter(|_| !guarded)
}
