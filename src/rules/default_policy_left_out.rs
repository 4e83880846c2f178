//! # What it finds
//! An auth role with `token_no_default_policy` whose other policies do not allow a token to look itself up and to renew
//! itself.
//!
//! # Why it matters
//! Those rights come with the policy `default`. Vault Agent, the Vault Secrets Operator and External Secrets need them:
//! they fail, or log in anew all the time.
//!
//! # How to fix it
//! Grant `read` on `auth/token/lookup-self` and `update` on `auth/token/renew-self` in one of the policies.
//!
//! # Limits
//! Silent unless the inputs hold every policy of the role, and for batch tokens, which are not renewed.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Operation, Request, Verdict};
use crate::semantics::joined;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "default-policy-left-out",
    summary: "tokens that may not look at or renew themselves",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("default_policy_left_out.rs"),
};

const SELF: [(Operation, &str, &str); 2] = [
    (Operation::Read, "auth/token/lookup-self", "look itself up"),
    (Operation::Update, "auth/token/renew-self", "renew itself"),
];

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(without) = role.fields.bool("token_no_default_policy").filter(|it| it.value) else { return };
    let is_batch = role.fields.text("token_type").is_some_and(|kind| kind.value == "batch");
    let attached = role.policies();
    if is_batch || attached.is_empty() || attached.iter().any(|name| name.value.trim() == "default") {
        return;
    }
    let policies: Option<Vec<&Policy>> =
        attached.iter().map(|name| joined::the_one(cx.project, name.as_str())).collect();
    let Some(acl) = policies.and_then(|policies| joined::acl(&policies, cx.project.settings.target)) else {
        return;
    };
    let denied: Vec<_> = SELF
        .iter()
        .filter(|(operation, path, _)| acl.verdict(&Request::new(*operation, path)) == Verdict::Refused)
        .collect();
    let (Some((_, path, _)), false) = (denied.first(), denied.is_empty()) else { return };
    let cannot: Vec<&str> = denied.iter().map(|(.., does)| *does).collect();
    cx.report(without.span, format!("a token of {} may not {}", role.words(), cannot.join(" or ")))
        .help(format!("grant it on `{path}` in one of the policies, or keep the policy `default`"));
}
