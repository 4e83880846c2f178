//! # What it finds
//! A role of the Kubernetes secrets engine whose `token_default_audiences` do not name the API server.
//!
//! # Why it matters
//! The token is then good for the services that are named, and the API server answers it with `Unauthorized`.
//!
//! # How to fix it
//! Leave the field out, unless the token is meant for somebody else.
//!
//! # Limits
//! A note. Only names that API servers have by default are known.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::login::is_api_server;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "foreign-credential-audience",
    summary: "tokens for the cluster that the cluster does not take",
    category: Category::Suspicious,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("foreign_credential_audience.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let audiences = role.fields.list("token_default_audiences");
    let Some(first) = audiences.first() else { return };
    let is_unclear = |text: &str| is_api_server(text) || text.contains(['{', '$', '[']);
    if !audiences.iter().any(|audience| is_unclear(&audience.value)) {
        cx.report(first.span, format!("the API server takes no token that is made for `{first}` alone"))
            .severity(Severity::Note)
            .help("leave `token_default_audiences` out, unless the token is meant for somebody else");
    }
}
