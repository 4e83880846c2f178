//! # What it finds
//! An auth role without any policy but `default`.
//!
//! # Why it matters
//! Logins succeed, and the token can look at itself and nothing else.
//!
//! # How to fix it
//! Attach the policies that are meant.
//!
//! # Limits
//! Policies that come from identity groups are not among the inputs: where they do the work, allow this rule.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "role-without-policies",
    summary: "an auth role that grants nothing",
    category: Category::Suspicious,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("role_without_policies.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let grants = role.policies().iter().any(|name| !matches!(name.value.trim(), "" | "default"));
    let misspelt = role.fields.unknown.iter().any(|field| field.key.value.contains("polic"));
    if !grants && !misspelt {
        cx.report(
            role.name.span,
            format!(
                "tokens of {} can look at themselves and do nothing else: it attaches no policy",
                role.words()
            ),
        )
        .help("set `token_policies`");
    }
}
