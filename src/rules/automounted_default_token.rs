//! # What it finds
//! A service account `default` that does not say `automountServiceAccountToken: false`.
//!
//! # Why it matters
//! Every pod that names no service account gets its token, needed or not: whoever breaks into one speaks to the API
//! server, and to Vault where a role admits `default`.
//!
//! # How to fix it
//! Write `automountServiceAccountToken: false`, and give pods that speak to the API server a service account of their own.
//!
//! # Limits
//! Only a `default` that the inputs declare is looked at; every namespace has one.

use crate::lint::{Category, Check, Context, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "automounted-default-token",
    summary: "a service account `default` whose token every pod gets",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("automounted_default_token.rs"),
};

fn check(cx: &mut Context<'_>) {
    for account in &cx.project.service_accounts {
        let off = account.automount.is_some_and(|automount| !automount.value);
        if account.meta.name.value != "default" || off {
            continue;
        }
        let of = account.meta.namespace_name().map_or(String::new(), |it| format!(" of namespace `{it}`"));
        let span = account.automount.map_or(account.meta.name.span, |automount| automount.span);
        cx.report(span, format!("every pod{of} that names no service account gets this one's token"))
            .help("set `automountServiceAccountToken: false`");
    }
}
