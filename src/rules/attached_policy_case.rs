//! # What it finds
//! A policy that an auth role attaches under a name with upper case.
//!
//! # Why it matters
//! Vault keeps policies under names in lower case and turns the name at each login. A reader, and whoever searches for
//! the policy, finds another name.
//!
//! # How to fix it
//! Write it in lower case.
//!
//! # Limits
//! The policy of a grant has the name of the grant and is not looked at.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "attached-policy-case",
    summary: "a policy name in upper case on an auth role",
    category: Category::Style,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("attached_policy_case.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for entry in role.policies() {
        let lower = entry.value.to_lowercase();
        let is_template = ["{{", "${", "$("].iter().any(|mark| entry.value.contains(mark));
        if lower == entry.value || is_template || (role.from_grant && entry.span == role.name.span) {
            continue;
        }
        let place = cx.project.sources.verbatim(entry);
        let finding = cx
            .report(entry.span, format!("Vault keeps the policy `{entry}` as `{lower}`"))
            .help(format!("write `{lower}`"));
        // Beyond ASCII, lower case is not the same everywhere.
        if let Some(place) = place.filter(|_| entry.value.is_ascii()) {
            finding.fix(format!("write `{lower}`"), vec![Edit::replace(place, lower)]);
        }
    }
}
