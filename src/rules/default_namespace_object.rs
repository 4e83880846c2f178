//! # What it finds
//! RBAC objects and service accounts in the namespace `default`.
//!
//! # Why it matters
//! What nobody put anywhere lands in `default`: those who work there come to share what these objects grant.
//!
//! # How to fix it
//! Make a namespace for it.
//!
//! # Limits
//! Where no namespace is written, it is not known. The service account `default` itself is not reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::ObjectMeta;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "default-namespace-object",
    summary: "access granted in the namespace `default`",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("default_namespace_object.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let roles = project.rbac_roles.iter().map(|role| (&role.meta, role.kind.word()));
    let bindings = project.bindings.iter().map(|binding| (&binding.meta, binding.kind_word()));
    let accounts = project.service_accounts.iter().filter(|account| account.meta.name.value != "default");
    let accounts = accounts.map(|account| (&account.meta, "ServiceAccount"));
    let found: Vec<(&ObjectMeta, &str)> =
        roles.chain(bindings).chain(accounts).filter(|it| !it.1.starts_with("Cluster")).collect();
    for (meta, kind) in found {
        let Some(namespace) = meta.namespace.as_ref().filter(|it| it.value == "default") else { continue };
        cx.report(namespace.span, format!("the {kind} `{}` lies in the namespace `default`", meta.name))
            .help("make a namespace for it");
    }
}
