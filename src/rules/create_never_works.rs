//! # What it finds
//! `create` without `update` on an endpoint that never asks for `create`.
//!
//! # Why it matters
//! A write asks for `create` only where the server can tell whether the thing is there already. Policies, mounts, auth
//! methods, tokens and the version operations of key-value mounts cannot be asked: every write of theirs is an `update`,
//! and `create` alone ends in "permission denied".
//!
//! # How to fix it
//! Grant `update`.
//!
//! # Limits
//! Only endpoints of which it is known; mounts must be known as version 2 key-value, PKI or Kubernetes.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::mount::Engine;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::kv::{self, Part};
use crate::semantics::pattern::covers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "create-never-works",
    summary: "`create` without `update` where every write is an update",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("create_never_works.rs"),
};

/// Parts of the API without an existence check.
const UPDATE_ONLY: [&str; 9] = [
    "sys/policies/*",
    "sys/policy/*",
    "sys/mounts/*",
    "sys/auth/*",
    "auth/token/create*",
    "auth/token/renew*",
    "auth/token/revoke*",
    "auth/token/lookup*",
    "auth/+/login",
];

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let granted = rule.granted();
        if !granted.contains(Capability::Create) || granted.contains(Capability::Update) {
            continue;
        }
        let label = rule.path.as_str();
        let merged =
            |other: &&PathRule| other.path.value == label && other.granted().contains(Capability::Update);
        if !is_update_only(rule, cx) || policy.path_rules.iter().any(|other| merged(&other)) {
            continue;
        }
        let span = rule.capability("create").map_or(rule.path.span, |word| word.span);
        cx.report(span, format!("`create` never works on `{label}`: every write there is an update"))
            .help("grant `update`");
    }
}

fn is_update_only(rule: &PathRule, cx: &Context<'_>) -> bool {
    let (label, pattern) = (rule.path.as_str(), rule.pattern());
    if UPDATE_ONLY.iter().any(|family| covers(&PathPattern::parse(family), &pattern)) {
        return true;
    }
    if let Some(part) = kv::part_of(label, rule.path.span, cx.mounts) {
        return matches!(part, Part::Versions | Part::Config);
    }
    let Some(known) = cx.mounts.over(label, rule.path.span) else { return false };
    let path = known.path;
    match known.engine {
        Engine::Pki => true,
        Engine::Kubernetes => covers(&PathPattern::parse(&format!("{path}/creds/*")), &pattern),
        _ => false,
    }
}
