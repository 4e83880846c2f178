//! # What it finds
//! A policy file that holds `{"policy": "…"}`, the body of a request to `sys/policies/acl/`.
//!
//! # Why it matters
//! `vault policy write` sends the file as the text of the policy: servers refuse it, as `policy` is no key of one.
//!
//! # How to fix it
//! Keep the text of the policy in the file, or send the body with `curl --data @FILE`.
//!
//! # Limits
//! Files named `*.hcl` or `*.policy`; a body in a `.json` file is what requests are made of. The policy inside is not
//! looked at.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin, Refusal, RefusalKind};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "api-payload-as-policy",
    summary: "the body of a request in the place of a policy",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("api_payload_as_policy.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if let Some(key) = policy.refusals.iter().find(|refusal| is_payload(refusal, policy)) {
        cx.report(key.span, "servers refuse this as a policy: it is the body of a request that writes one")
            .help("keep the text of the policy alone in the file");
    }
}

/// True if the refused key is the one that holds the text of a policy in a request.
pub(super) fn is_payload(refusal: &Refusal, policy: &Policy) -> bool {
    let top = refusal.kind == RefusalKind::TopLevelKey && refusal.word == "policy";
    top && policy.origin == PolicyOrigin::JsonFile && policy.path_rules.is_empty()
}
