//! # What it finds
//! An RBAC rule with `*` in `verbs` on resources that it names.
//!
//! # Why it matters
//! `*` holds more than reading and writing: `bind` and `escalate` on roles, `impersonate` on users and service accounts,
//! `deletecollection` on everything.
//!
//! How loud it is depends on what it comes to and on how far it is bound: an error for rights in the whole cluster that
//! lead to its administration, a warning for others that lead to the rights or data of others, a note for lesser ones and
//! while nothing binds it.
//!
//! # How to fix it
//! List the verbs that are used.
//!
//! # Limits
//! A rule that has `*` in `resources`, too, is reported as `wildcard-resource` alone.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::powers::{self, Power};
use crate::semantics::rbac::reach::{Reach, role_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-verb",
    summary: "an RBAC rule with every verb",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("wildcard_verb.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in &role.rules {
        let Some(star) = rule.verbs.iter().find(|verb| verb.value == "*") else { continue };
        let Some(on) = named_resources(rule) else { continue };
        let reach = cx.survey.reach(role);
        let powers = powers::of_rule(rule, matches!(reach, Reach::Namespaces(_)));
        let message = format!("{} has every verb on {on} {}", role_words(role), reach.words());
        let finding =
            cx.report(star.span, message).severity(Severity::of_wildcard(&powers, reach)).help(help(&powers));
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}

/// What the rule is about, unless that is a wildcard of its own or nothing but URLs.
fn named_resources(rule: &RbacRule) -> Option<String> {
    if rule.resources.iter().any(|resource| resource.value == "*") {
        return None;
    }
    match rule.resources.as_slice() {
        [] => None,
        [one] => Some(format!("`{one}`")),
        [one, two] => Some(format!("`{one}` and `{two}`")),
        [first, rest @ ..] => Some(format!("`{first}` and {} more resources", rest.len())),
    }
}

fn help(powers: &[&Power]) -> String {
    if powers.is_empty() {
        return "list the verbs that are used".to_owned();
    }
    format!("list the verbs that are used; as written, the holder can {}", powers::words(powers))
}
