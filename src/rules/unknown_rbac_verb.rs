//! # What it finds
//! A verb that no request for the resources of the rule ever carries: an HTTP method, capital letters, a slip, a word of
//! another system.
//!
//! # Why it matters
//! Kubernetes takes any text and compares it letter by letter. The verb grants nothing, and whoever needs the access is told
//! "forbidden".
//!
//! # How to fix it
//! The verbs are `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, and for a few resources
//! `bind`, `escalate`, `impersonate`, `approve`, `sign`, `attest` and `use`.
//!
//! # Limits
//! Programs ask the authorizer about verbs of their own; for resources of other groups than Kubernetes' a word that is no slip
//! is taken for one.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::only_known_groups;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-rbac-verb",
    summary: "a verb that no request carries",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: true,
    source: include_str!("unknown_rbac_verb.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in role.rules.iter().filter(|rule| !rule.resources.is_empty()) {
        for verb in &rule.verbs {
            let word = verb.as_str();
            if word == "*" || resource::is_verb(word) || builtin::is_own_role(role) {
                continue;
            }
            let meant = meant(word);
            if meant.is_some() || is_of_kubernetes(rule) {
                report(rule, verb, meant, cx);
            }
        }
    }
}

/// True if everything in the rule is Kubernetes' own, for which nobody else invents verbs.
fn is_of_kubernetes(rule: &RbacRule) -> bool {
    only_known_groups(rule) && rule.resources.iter().all(|resource| resource.value != "*")
}

fn report(rule: &RbacRule, verb: &Spanned<String>, meant: Option<&'static str>, cx: &mut Context<'_>) {
    let place = cx.project.sources.verbatim(verb);
    let finding = cx.report(verb.span, format!("`{verb}` is no verb of Kubernetes"));
    let Some(meant) = meant else {
        finding.help("`kubectl api-resources -o wide` lists the verbs of each resource");
        return;
    };
    finding.help(format!("write `{meant}`"));
    let is_there = rule.verbs.iter().any(|other| other.value == meant);
    let is_word = !meant.contains(' ') && meant != "*";
    if let Some(place) = place.filter(|_| is_word && !is_there) {
        finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(place, meant)]);
    }
}

/// What is meant by HTTP methods, other spellings, and words of other systems.
fn meant(verb: &str) -> Option<&'static str> {
    let lower = verb.to_ascii_lowercase();
    let known = || resource::VERBS.iter().copied().filter(|known| *known != "proxy");
    if let Some(known) = known().find(|known| *known == lower) {
        return Some(known);
    }
    match lower.as_str() {
        "post" => Some("create"),
        "put" => Some("update"),
        "read" | "fetch" | "view" => Some("get"),
        "write" => Some("create` and `update"),
        "edit" | "modify" => Some("update"),
        "remove" => Some("delete"),
        "delete-collection" => Some("deletecollection"),
        "all" => Some("*"),
        _ => known().find(|known| known.len() > 2 && strsim::osa_distance(known, &lower) == 1),
    }
}
