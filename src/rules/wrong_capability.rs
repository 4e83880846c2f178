//! # What it finds
//! A rule whose path is an endpoint that asks for other capabilities than the rule has: `read` on `transit/encrypt/`,
//! on `pki/issue/` or on `auth/token/create`, `list` on `sys/auth`.
//!
//! # Why it matters
//! Nothing gets through, and the error says no more than "permission denied".
//!
//! # How to fix it
//! Grant what the endpoint asks for.
//!
//! # Limits
//! Where nothing but the name of the mount speaks for the engine, the usual names are taken at their word. `create`
//! alone is reported as `create-never-works`, `list` on data as `kv2-list-on-data`. A rule of the same policy for the
//! same path may hold the rest.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::capability::Capability::{
    self, Create, Deny, Read, Recover, Scan, Subscribe, Sudo, Update,
};
use crate::model::vault::policy::Policy;
use crate::semantics::endpoints::Api;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wrong-capability",
    summary: "capabilities of which the endpoint asks for none",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("wrong_capability.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let granted = rule.granted();
        if kv::has_usual_word(rule.path.as_str()) {
            continue;
        }
        let beyond = [Deny, Subscribe, Recover, Scan].into_iter().any(|it| granted.contains(it));
        if beyond || granted.iter().all(|it| it == Sudo) {
            continue;
        }
        let Some(below) = cx.survey.below(policy, rule) else { continue };
        if matches!(below.api, Api::Kv1 | Api::Cubbyhole)
            || rule.path.value.ends_with('/') && granted.contains(Read)
        {
            continue;
        }
        let Some(asked) = below.asked_for() else { continue };
        let usable = granted.iter().any(|it| asked.contains(it));
        let half = granted.contains(Create) && asked.contains(Update);
        if usable || half || below.endpoints().all(|endpoint| endpoint.is_open()) {
            continue;
        }
        if policy.path_rules.iter().filter(|other| other.path.value == rule.path.value).count() > 1 {
            continue;
        }
        let quoted = |words: Vec<Capability>| {
            words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
        };
        let held = quoted(granted.iter().filter(|it| *it != Sudo).collect());
        let wanted: Vec<Capability> = asked.iter().collect();
        let span = rule.capabilities_span.unwrap_or(rule.path.span);
        let single = match (wanted.as_slice(), rule.capabilities.as_slice()) {
            ([one], [word]) => cx.project.sources.verbatim(word).map(|inner| (inner, one.word())),
            _ => None,
        };
        let finding = cx.report(span, format!("`{}` never asks for {held}", rule.path));
        finding.help(format!("it asks for {}", quoted(wanted)));
        if let Some((inner, word)) = single {
            finding.unsafe_fix(format!("grant `{word}`"), vec![Edit::replace(inner, word)]);
        }
    }
}
