//! # What it finds
//! A list of bound service accounts or namespaces that holds `*` and something else.
//!
//! # Why it matters
//! Vault refuses to write the role: `can not mix "*" with values`.
//!
//! # How to fix it
//! Keep the other entries, or `*` alone if everybody is meant.
//!
//! # Limits
//! `**` beside other entries slips past that check and is reported as `disguised-wildcard`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mixed-wildcard",
    summary: "`*` beside other entries of a bound list, which Vault refuses",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("mixed_wildcard.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for list in [role.names(), role.namespaces()] {
        let star = list.iter().find(|entry| entry.value == "*").filter(|_| list.len() > 1);
        let Some(star) = star else { continue };
        let finding = cx
            .report(
                star.span,
                format!("Vault refuses `*` beside other entries, so {} cannot be written", role.words()),
            )
            .help("remove `*`, or everything else if all are meant");
        if let Some(other) = list.iter().find(|entry| entry.value != "*" && entry.span != star.span) {
            finding.label(other.span, "cannot stand beside `*`");
        }
    }
}
