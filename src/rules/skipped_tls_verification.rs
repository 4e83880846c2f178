//! # What it finds
//! `vault.hashicorp.com/tls-skip-verify: "true"`.
//!
//! # Why it matters
//! Whoever stands between pod and server can answer in Vault's name, and is given the token of the service account.
//!
//! # How to fix it
//! Give the agent the certificate authority: `vault.hashicorp.com/tls-secret` and `vault.hashicorp.com/ca-cert`.
//!
//! # Limits
//! Settings of the server's clients elsewhere are not looked at.

use crate::lint::{Category, Check, Context, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "skipped-tls-verification",
    summary: "an injected agent that believes any server",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("skipped_tls_verification.rs"),
};

fn check(cx: &mut Context<'_>) {
    let annotations = cx.project.workloads.iter().flat_map(|workload| &workload.pod_annotations);
    for (key, value) in annotations.filter(|(key, _)| key.value == "vault.hashicorp.com/tls-skip-verify") {
        if matches!(value.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True") {
            cx.report(key.span.to(value.span), "the agent takes any server for Vault")
                .help("name the certificate authority: `tls-secret` and `ca-cert`");
        }
    }
}
