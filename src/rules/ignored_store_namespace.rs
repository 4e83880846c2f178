//! # What it finds
//! `namespace` in the `serviceAccountRef` of a SecretStore.
//!
//! # Why it matters
//! External Secrets looks at it in a ClusterSecretStore only. A SecretStore logs in as the service account of that name in its
//! own namespace, whatever is written.
//!
//! # How to fix it
//! Remove the line, or make it a ClusterSecretStore.
//!
//! # Limits
//! Where it is the namespace of the store itself, it is not reported.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::syntax::yaml::cut;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ignored-store-namespace",
    summary: "a namespace in a SecretStore that nobody reads",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("ignored_store_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for store in project.consumers.secret_stores.iter().filter(|store| !store.cluster_wide) {
        let account = store.kubernetes.as_ref().and_then(|login| login.service_account.as_ref());
        let Some(namespace) = account.and_then(|account| account.namespace.as_ref()) else { continue };
        if store.meta.namespace_name() == Some(namespace.as_str()) {
            continue;
        }
        let source = project.sources.get(namespace.span.source);
        let line = source.and_then(|source| cut::entry(&source.text, "namespace", namespace.span));
        let finding = cx.report(
            namespace.span,
            "a SecretStore uses service accounts of its own namespace, whatever is written here",
        );
        finding.help("remove it, or make it a ClusterSecretStore");
        if let Some(line) = line {
            finding.unsafe_fix("remove the line", vec![Edit::replace(line, "")]);
        }
    }
}
