//! # What it finds
//! An auth role with `alias_name_source: serviceaccount_name`.
//!
//! # Why it matters
//! Vault then knows a service account by namespace and name instead of its uid. Whoever deletes one and creates another
//! of the same name inherits its entity: groups, policies, MFA and templated paths.
//!
//! # How to fix it
//! Leave the field out, so that the uid counts.
//!
//! # Limits
//! A note where the role lists its service accounts and namespaces; a warning where a wildcard lets others make
//! accounts that count.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound::{self, Breadth};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "alias-by-name",
    summary: "identities that outlive their service account",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("alias_by_name.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    let Some(source) = role.fields.text("alias_name_source") else { return };
    if source.value != "serviceaccount_name" {
        return;
    }
    let is_open = [role.names(), role.namespaces()]
        .into_iter()
        .any(|list| !matches!(bound::breadth(list), Breadth::Named));
    let finding = cx
        .report(
            source.span,
            format!("whoever recreates a service account of {} inherits its identity in Vault", role.words()),
        )
        .help("leave the field out: the uid of a service account is never used again");
    if !is_open {
        finding.severity(Severity::Note);
    }
}
