//! # What it finds
//! An RBAC rule with `*` in `resources`.
//!
//! # Why it matters
//! `*` takes in every subresource, too: with the core group it hands out `secrets`, `pods/exec`, `nodes/proxy` and
//! `serviceaccounts/token`, and it grows by itself with each resource that is installed. With `*` as verb and group it
//! is `cluster-admin` under another name.
//!
//! How loud it is depends on what it comes to and on how far it is bound: an error for rights in the whole cluster that
//! lead to its administration, a warning for others that lead to the rights or data of others, a note for lesser ones and
//! while nothing binds it.
//!
//! # How to fix it
//! List the resources and verbs that are used.
//!
//! # Limits
//! `*/SUBRESOURCE` is not reported here, nor is `get`, `list` and `watch` on API groups of other projects. Where a role looks at
//! several groups of Kubernetes that lead to no further rights, the first of them is reported.
//! What the resources of other projects' API groups lead to is not known.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::powers::{self, Power};
use crate::semantics::rbac::reach::{Reach, role_words};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-resource",
    summary: "an RBAC rule on every resource",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("wildcard_resource.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    // Roles that look at group after group are told so once.
    let mut told = false;
    for rule in role.rules.iter().filter(|rule| rule.resource_names.is_empty()) {
        let Some(star) = star(&rule.resources) else { continue };
        let reach = cx.survey.reach(role);
        let powers = powers::of_rule(rule, matches!(reach, Reach::Namespaces(_)));
        if powers.is_empty() && only_reads(rule) {
            if told || !rule.api_groups.iter().any(|group| resource::is_built_in(group.as_str())) {
                continue;
            }
            told = true;
        }
        let finding = cx
            .report(star.span, message(role, rule, reach))
            .severity(Severity::of_wildcard(&powers, reach))
            .help(help(rule, &powers));
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}

/// To read whatever an API group of no consequence comes to hold is what viewers and metrics are for.
fn only_reads(rule: &RbacRule) -> bool {
    rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"))
}

fn message(role: &RbacRole, rule: &RbacRule, reach: &Reach<'_>) -> String {
    let verbs = match star(&rule.verbs) {
        Some(_) => "do anything with".to_owned(),
        None => words(&rule.verbs),
    };
    let groups = match (star(&rule.api_groups), rule.api_groups.as_slice()) {
        (Some(_), _) => "every resource of every API group".to_owned(),
        (None, [only]) if only.value.is_empty() => "every resource of the core API group".to_owned(),
        (None, groups) => format!("every resource of {}", words(groups)),
    };
    format!("{} may {verbs} {groups} {}", role_words(role), reach.words())
}

fn help(rule: &RbacRule, powers: &[&Power]) -> String {
    if powers.is_empty() {
        return "list the resources that are used; `*` takes in their subresources and those to come"
            .to_owned();
    }
    let words = powers::words(powers);
    if star(&rule.api_groups).is_some() && star(&rule.verbs).is_some() {
        return format!(
            "list what is used; this is `cluster-admin` under another name: the holder can {words}"
        );
    }
    format!("list the resources that are used; as written, the holder can {words}")
}

fn star(entries: &[Spanned<String>]) -> Option<&Spanned<String>> {
    entries.iter().find(|entry| entry.value == "*")
}

fn words(entries: &[Spanned<String>]) -> String {
    entries.iter().map(|entry| format!("`{entry}`")).collect::<Vec<_>>().join(", ")
}
