//! # What it finds
//! An RBAC rule with `*` in `apiGroups` on resources that it names.
//!
//! # Why it matters
//! The rule takes in whatever any extension calls by these names, also those that are installed later.
//!
//! Where the rule only reads, or nothing binds it, it is a note.
//!
//! # How to fix it
//! List the API groups of the resources; the core group is `""`.
//!
//! # Limits
//! A rule that has `*` in `resources`, too, is reported as `wildcard-resource`, one with `*` in `verbs` as `wildcard-verb`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-api-group",
    summary: "an RBAC rule on resources of every API group",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("wildcard_api_group.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in &role.rules {
        let Some(star) = rule.api_groups.iter().find(|group| group.value == "*") else { continue };
        let is_star = |word: &crate::syntax::Spanned<String>| word.value == "*";
        if rule.resources.iter().any(is_star) || rule.verbs.iter().any(is_star) || builtin::is_own_role(role)
        {
            continue;
        }
        // A subresource of everything is another rule's matter.
        let mut named = rule.resources.iter().filter(|resource| !resource.value.starts_with("*/"));
        let Some(first) = named.next() else { continue };
        let reach = cx.survey.reach(role);
        let severity = if only_reads(rule) || reach.is_unbound() || !rule.resource_names.is_empty() {
            Severity::Note
        } else {
            Severity::Warning
        };
        let more = match rule.resources.len() {
            1 => String::new(),
            2 => " and 1 more resource".to_owned(),
            count => format!(" and {} more resources", count - 1),
        };
        let message =
            format!("{} takes in `{first}`{more} of every API group {}", role_words(role), reach.words());
        let finding = cx.report(star.span, message).severity(severity);
        finding.help("list the API groups of the resources; the core group is `\"\"`");
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}

fn only_reads(rule: &RbacRule) -> bool {
    rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"))
}
