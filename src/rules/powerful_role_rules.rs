//! # What it finds
//! `generated_role_rules` with a rule that lets its holder take other rights: roles, impersonation, tokens of service
//! accounts, pods, Secrets.
//!
//! # Why it matters
//! Vault hands the role to whoever may ask for credentials. A short life does not help: within it the holder can make
//! an access that stays.
//!
//! # How to fix it
//! Name the objects in `resourceNames`, or leave the verb out.
//!
//! # Limits
//! A ClusterRole that is bound in one namespace only still counts, since the request for credentials may ask for a
//! binding of the cluster.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::generated_rules;
use crate::semantics::rbac::powers::{self, Power, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "powerful-role-rules",
    summary: "generated rules that lead to more than they say",
    category: Category::Security,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("powerful_role_rules.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(text) = role.fields.text("generated_role_rules").filter(|text| !text.value.is_empty()) else {
        return;
    };
    let Some(read) = generated_rules::read(text.value, text.span) else { return };
    let kind = generated_rules::role_kind(role);
    let in_namespaces = kind == RbacRoleKind::Role;
    let given = read.rules.iter().flat_map(|rule| powers::of_rule(rule, in_namespaces));
    let mut held: Vec<&Power> = Vec::new();
    for power in given.filter(|power| power.weight >= Weight::High) {
        if !held.contains(&power) {
            held.push(power);
        }
    }
    let Some(first) = held.first() else { return };
    let others = held.get(1..).unwrap_or_default();
    let also =
        if others.is_empty() { String::new() } else { format!("; it can also {}", powers::words(others)) };
    let takes_over = held.iter().any(|power| power.weight == Weight::Critical);
    let finding = cx
        .report(
            text.span,
            format!(
                "whoever gets credentials of secrets role `{}` can {} where they are valid",
                role.name, first.does
            ),
        )
        .help(format!("name the objects in `resourceNames`, or leave the verb out{also}"));
    if takes_over && kind == RbacRoleKind::ClusterRole {
        finding.severity(Severity::Error);
    }
}
