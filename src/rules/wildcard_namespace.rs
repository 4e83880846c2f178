//! # What it finds
//! A role that admits service accounts of every namespace, or of all namespaces that fit a glob; a role of the secrets
//! engine that hands them out in every namespace. A namespace selector without conditions is as wide as `*`.
//!
//! # Why it matters
//! Whoever may create a service account of the right name in any namespace of the cluster becomes the role. With names
//! `*` too, every pod of the cluster does.
//!
//! # How to fix it
//! List the namespaces. To serve every team with one role, template its policies by
//! `service_account_namespace`, so that each caller sees only its own part.
//!
//! # Limits
//! A role whose policies are all templated like that gets a note only. Globs that run on inside a word are reported as
//! `greedy-glob`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::bound::{self, Breadth};
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-namespace",
    summary: "a role for every namespace of the cluster",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("wildcard_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        match bound::breadth(role.namespaces()) {
            Breadth::Everything(entry) => everywhere(role, entry.span, &format!("`{entry}`"), cx),
            Breadth::Globs(globs) => {
                if !bound::isolated_by_namespace(role, project) {
                    for glob in bound::on_boundaries(globs) {
                        cx.report(
                            glob.span,
                            format!("auth role `{}` admits every namespace like `{glob}`", role.name),
                        )
                        .severity(Severity::Note)
                        .help("whoever may create a namespace of such a name gets in: list the namespaces");
                    }
                }
            }
            Breadth::Named => {}
        }
        let selector = role.fields.text("bound_service_account_namespace_selector");
        if let Some(selector) = selector.filter(|selector| bound::selector_admits_all(selector.value)) {
            everywhere(role, selector.span, "a selector without conditions", cx);
        }
    }
    for role in &project.secrets_roles {
        of_engine(role, cx);
    }
}

fn everywhere(role: &AuthRole, span: Span, what: &str, cx: &mut Context<'_>) {
    if bound::isolated_by_namespace(role, cx.project) {
        cx.report(span, format!("auth role `{}` admits every namespace by {what}", role.name))
            .severity(Severity::Note)
            .help(
                "each policy it attaches is templated, so each caller reaches only its own paths; keep it so",
            );
        return;
    }
    let policies: Vec<String> = role.policies().iter().map(|policy| format!("`{policy}`")).collect();
    let policies = if policies.is_empty() { "its policies".to_owned() } else { policies.join(", ") };
    match bound::breadth(role.names()) {
        Breadth::Everything(names) => {
            cx.report(
                span,
                format!("every service account of the cluster gets {policies} by auth role `{}`", role.name),
            )
            .severity(Severity::Error)
            .label(names.span, "any name")
            .help("list the service accounts and their namespaces");
        }
        _ => {
            cx.report(span, format!("auth role `{}` admits every namespace by {what}", role.name)).help(
                format!(
                    "list the namespaces: whoever may create such a service account anywhere gets {policies}"
                ),
            );
        }
    }
}

/// The secrets engine has no globs: only `*` alone means every namespace, and so does a selector that asks for nothing.
fn of_engine(role: &SecretsRole, cx: &mut Context<'_>) {
    let all = role.fields.list("allowed_kubernetes_namespaces").iter().find(|entry| entry.value == "*");
    if let Some(entry) = all {
        cx.report(
            entry.span,
            format!("secrets role `{}` hands out service accounts in every namespace", role.name),
        )
        .help("list the namespaces");
    }
    let selector = role.fields.text("allowed_kubernetes_namespace_selector");
    if let Some(selector) = selector.filter(|selector| bound::selector_admits_all(selector.value)) {
        cx.report(
            selector.span,
            format!(
                "secrets role `{}` hands out service accounts in every namespace by a selector without conditions",
                role.name
            ),
        )
        .help("list the namespaces, or name a label that they have");
    }
}
