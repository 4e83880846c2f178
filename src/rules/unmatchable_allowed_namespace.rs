//! # What it finds
//! An entry of `allowed_kubernetes_namespaces` that no namespace can be called: most often a glob such as `team-*`.
//!
//! # Why it matters
//! The secrets engine knows no globs here, other than the auth method: only `*` alone means all. Vault stores the
//! entry, and it matches nothing.
//!
//! # How to fix it
//! List the namespaces, or use `allowed_kubernetes_namespace_selector`.
//!
//! # Limits
//! Upper case is fine: Vault turns it.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::spec::names::NAMESPACE;
use crate::model::vault::secrets_role::SecretsRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unmatchable-allowed-namespace",
    summary: "a pattern where the secrets engine compares letter for letter",
    category: Category::Correctness,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("unmatchable_allowed_namespace.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    for entry in role.fields.list("allowed_kubernetes_namespaces") {
        let is_template = ["{{", "${", "$(", "[", "]"].iter().any(|mark| entry.value.contains(mark));
        if entry.value == "*" || is_template || NAMESPACE.admits(&entry.value.to_lowercase()) {
            continue;
        }
        let help = if entry.value.contains('*') {
            "list the namespaces, or use `allowed_kubernetes_namespace_selector`: there are no globs here"
        } else {
            "write the name as Kubernetes has it"
        };
        cx.report(
            entry.span,
            format!("no namespace is called `{entry}`, and names are compared letter for letter"),
        )
        .help(help);
    }
}
