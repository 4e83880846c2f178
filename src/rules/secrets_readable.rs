//! # What it finds
//! An RBAC rule that allows `get`, `list` or `watch` on Secrets without naming them.
//!
//! # Why it matters
//! `list` and `watch` return the content of every Secret, just as `get` does. Among them are tokens of service
//! accounts, which Vault takes for a login.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Name the Secrets in `resourceNames` and allow `get` alone.
//!
//! # Limits
//! Where one entry also lets Secrets be created, `token-secret-mint` says both. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`. `list` and `watch` with
//! names are reported as `named-secret-list`. Who may create pods or write roles can read Secrets as well; that is
//! `pod-creation` and `rbac-write`.

use super::token_secret_mint;
use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secrets-readable",
    summary: "an RBAC rule that reads every Secret in its reach",
    category: Category::Security,
    check: Check::Grant(&powers::SECRETS_READ, check),
    fixable: false,
    source: include_str!("secrets_readable.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let writes = cx.survey.grants().beside(grant, &powers::SECRETS_WRITE);
    if writes.is_some_and(|writes| writes.span() == grant.span() && token_secret_mint::may_mint(writes)) {
        return;
    }
    // The verb that reads the most.
    let verb = ["list", "watch"].into_iter().find(|verb| grant.has_verb(&[verb])).unwrap_or("get");
    let help = match verb {
        "get" => "name the secrets in `resourceNames`",
        _ => "`list` and `watch` return the content of all secrets: allow `get` with `resourceNames` instead",
    };
    cx.report_grant(grant, &format!("`{verb}` every secret"), help);
}
