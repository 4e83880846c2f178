//! # What it finds
//! A service account with a role of a cloud provider, in a namespace where a RoleBinding lets others become it.
//!
//! # Why it matters
//! Whoever runs pods there holds what the cloud role gives: buckets, keys, databases outside of the cluster.
//!
//! # How to fix it
//! Keep the service account in a namespace of its own, or bind the others a role without pods and tokens.
//!
//! # Limits
//! Known are the annotations of EKS, GKE and Azure. Bindings in the whole cluster are reported for what they give.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::service_account;
use crate::semantics::rbac::{builtin, lateral};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "exposed-cloud-identity",
    summary: "a service account with a cloud role that others can become",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("exposed_cloud_identity.rs"),
};

const IDENTITIES: [&str; 3] =
    ["eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"];

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut in_namespace: Option<HashMap<&str, Vec<&Binding>>> = None;
    for account in &project.service_accounts {
        let mut annotations = account.meta.annotations.iter();
        let identity = annotations.find(|(key, _)| IDENTITIES.contains(&key.as_str()));
        let (Some((_, identity)), Some(namespace)) = (identity, account.meta.namespace_name()) else {
            continue;
        };
        let bindings = in_namespace.get_or_insert_with(|| {
            let mut index: HashMap<&str, Vec<&Binding>> = HashMap::new();
            for binding in
                project.bindings.iter().filter(|it| !it.cluster_wide && !builtin::is_own_binding(it))
            {
                index.entry(binding.meta.namespace_name().unwrap_or_default()).or_default().push(binding);
            }
            index
        });
        let own = (namespace, account.meta.name.as_str());
        let others = bindings.get(namespace).into_iter().flatten().find_map(|binding| {
            let other = binding.subjects.iter().find(|it| service_account(binding, it) != Some(own))?;
            Some((*binding, other, lateral::way(cx.survey, binding)?.words()))
        });
        let Some((binding, subject, way)) = others else { continue };
        let message = format!(
            "{} may {way} in namespace `{namespace}`, and so hold this cloud role",
            subject_words(binding, subject)
        );
        cx.report(identity.span, message)
            .label(binding.role_ref.span, "given here")
            .help("keep the service account in a namespace of its own");
    }
}
