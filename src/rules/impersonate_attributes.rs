//! # What it finds
//! An RBAC rule that allows `impersonate` on `uids` or `userextras` without `resourceNames`, in a role that cannot act as
//! anybody it likes anyway.
//!
//! # Why it matters
//! Whoever may act as one user only can then give that user any id and any extra attribute. Authorization webhooks and
//! API servers of extensions decide by these: scopes, tenants, projects.
//!
//! In the whole cluster it is a warning; in single namespaces, where it has no effect, and while nothing binds it, a note.
//!
//! # How to fix it
//! Name the values in `resourceNames`, or leave the resource out.
//!
//! # Limits
//! A role that may act as any user, group or service account is reported as `impersonate-any`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::reach::role_words;
use crate::semantics::rbac::{builtin, powers};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "impersonate-attributes",
    summary: "an RBAC rule that lets its holder make up ids and attributes of users",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("impersonate_attributes.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    let Some(resource) = role.rules.iter().find_map(attribute) else { return };
    let acts_as_any =
        role.rules.iter().any(|rule| powers::given_by(rule, &powers::IMPERSONATE, false).is_some());
    if acts_as_any || builtin::is_own_role(role) {
        return;
    }
    let what = if resource.value == "uids" { "id" } else { "extra attribute" };
    let reach = cx.survey.reach(role);
    let message = format!("{} may give any {what} to those it acts as {}", role_words(role), reach.words());
    let severity = if reach.is_cluster_wide() { Severity::Warning } else { Severity::Note };
    cx.report(resource.span, message)
        .severity(severity)
        .help("name the values in `resourceNames`, or leave the resource out")
        .labels(reach.evidence());
}

fn attribute(rule: &RbacRule) -> Option<&Spanned<String>> {
    let has = |entries: &[Spanned<String>], words: &[&str]| {
        entries.iter().any(|entry| words.contains(&entry.as_str()))
    };
    let fits = rule.resource_names.is_empty()
        && has(&rule.verbs, &["impersonate"])
        && has(&rule.api_groups, &["authentication.k8s.io", "*"]);
    let is_attribute = |name: &str| matches!(name, "uids" | "userextras") || name.starts_with("userextras/");
    rule.resources.iter().find(|entry| fits && is_attribute(entry.as_str()))
}
