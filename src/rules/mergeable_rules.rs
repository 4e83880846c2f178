//! # What it finds
//! Two rules of a role that differ in their verbs only, or in their resources only.
//!
//! # Why it matters
//! One rule says the same and is read at once.
//!
//! # How to fix it
//! Unite them.
//!
//! # Limits
//! Only rules right behind each other are compared: elsewhere the order mostly has a reason.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mergeable-rules",
    summary: "two RBAC rules that could be one",
    category: Category::Pedantic,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("mergeable_rules.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for pair in role.rules.windows(2) {
        let [one, other] = pair else { continue };
        let Some(differ) = difference(one, other) else { continue };
        let span = other.resources.first().map_or(other.span, |it| it.span);
        let before = one.resources.first().map_or(one.span, |it| it.span);
        cx.report(span, format!("this rule and the one before it differ in their {differ} only"))
            .label(before, "the one before")
            .help("unite them");
    }
}

fn difference(one: &RbacRule, other: &RbacRule) -> Option<&'static str> {
    let rest = same(&one.api_groups, &other.api_groups)
        && same(&one.resource_names, &other.resource_names)
        && one.non_resource_urls.is_empty()
        && other.non_resource_urls.is_empty();
    match (same(&one.resources, &other.resources), same(&one.verbs, &other.verbs)) {
        (true, false) if rest => Some("verbs"),
        (false, true) if rest => Some("resources"),
        _ => None,
    }
}

fn same(one: &[Spanned<String>], other: &[Spanned<String>]) -> bool {
    one.len() == other.len() && one.iter().all(|word| other.iter().any(|it| it.value == word.value))
}
