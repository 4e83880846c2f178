//! # What it finds
//! An RBAC rule that allows `impersonate` on `users`, `groups` or `serviceaccounts` without `resourceNames`.
//!
//! # Why it matters
//! With `--as` and `--as-group` its holder sends requests as anybody, `system:masters` included, to whom everything is
//! allowed before any rule is asked.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the users, groups or service accounts in `resourceNames`.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply. `uids` and `userextras` alone are `impersonate-attributes`. Proxies that log users in
//! themselves need the right; allow it there with a reason.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "impersonate-any",
    summary: "an RBAC rule that lets its holder act as others without naming them",
    category: Category::Security,
    check: Check::Grant(&powers::IMPERSONATE, check),
    fixable: false,
    source: include_str!("impersonate_any.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let kinds = [("users", "user"), ("groups", "group"), ("serviceaccounts", "service account")];
    let found: Vec<&str> = kinds
        .into_iter()
        .filter(|(resource, _)| grant.has_resource(&[resource]))
        .map(|(_, word)| word)
        .collect();
    let does = match found.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("act as any {} or {last}", all.join(", ")),
        _ => format!("act as any {}", found.concat()),
    };
    let help = if grant.has_resource(&["groups"]) {
        "name them in `resourceNames`; as written, `system:masters` is among the groups"
    } else {
        "name them in `resourceNames`"
    };
    cx.report_grant(grant, &does, help);
}
