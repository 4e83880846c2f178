//! # What it finds
//! A lifetime of a role of the Kubernetes secrets engine below ten minutes.
//!
//! # Why it matters
//! Vault stores it. The API server issues no token for less than 600 seconds, so every request for credentials fails.
//!
//! # How to fix it
//! Set it to at least `10m`.
//!
//! # Limits
//! Zero stands for no value.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::secrets_role::SecretsRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "short-credential-ttl",
    summary: "a lifetime below what Kubernetes gives a token",
    category: Category::Correctness,
    check: Check::SecretsRole(check),
    fixable: true,
    source: include_str!("short_credential_ttl.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    for name in ["token_default_ttl", "token_max_ttl"] {
        let Some(ttl) = role.fields.duration(name).filter(|ttl| (1..600).contains(&ttl.value.0)) else {
            continue;
        };
        let written = cx.project.sources.slice(ttl.span);
        let quote = written.chars().next().filter(|first| matches!(first, '"' | '\''));
        let text = quote.map_or_else(|| "10m".to_owned(), |quote| format!("{quote}10m{quote}"));
        let is_json =
            cx.project.sources.get(ttl.span.source).is_some_and(|source| source.name.ends_with(".json"));
        let is_hcl =
            cx.project.sources.get(ttl.span.source).is_some_and(|source| source.name.ends_with(".hcl"));
        let text = if quote.is_none() && (is_json || is_hcl) { "\"10m\"".to_owned() } else { text };
        cx.report(
            ttl.span,
            format!("Kubernetes issues no token for {}: ten minutes are the least", ttl.value),
        )
        .label(role.name.span, format!("of secrets role `{}`", role.name))
        .help("set it to at least `10m`")
        .unsafe_fix("set it to `10m`", vec![Edit::replace(ttl.span, text)]);
    }
}
