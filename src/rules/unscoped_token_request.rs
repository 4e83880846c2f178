//! # What it finds
//! An RBAC rule that allows `create` on `serviceaccounts/token`, also as `*/token`, without naming the service
//! accounts.
//!
//! # Why it matters
//! Whoever holds it can mint a token for any service account in reach and so become it, in Kubernetes and in every
//! Vault role that is bound to one. In the whole cluster that includes the controllers of `kube-system`, which can do
//! anything.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the service accounts in `resourceNames`. It works here, other than for most uses of `create`: the request is
//! made on a subresource and carries the service account's name.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unscoped-token-request",
    summary: "an RBAC rule that mints tokens for any service account in its reach",
    category: Category::Security,
    check: Check::Grant(&powers::TOKEN_REQUEST, check),
    fixable: false,
    source: include_str!("unscoped_token_request.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    cx.report_grant(
        grant,
        grant.power.does,
        "name the service accounts in `resourceNames`: a token request carries the name",
    );
}
