//! # What it finds
//! A role of the Kubernetes secrets engine that binds `cluster-admin`, `admin`, `edit` or an RBAC role of the inputs
//! that leads to other rights; or that hands out tokens of a service account that holds such.
//!
//! # Why it matters
//! Whoever may write to `creds/` of the role has that power, and Vault's own account has to hold it as well to be able
//! to give it.
//!
//! # How to fix it
//! Bind a role with the rights that are needed.
//!
//! # Limits
//! What leads to the rights of others, and not straight to those of an administrator, is a note: an account that deploys
//! has to run pods. RBAC roles and bindings that are not among the inputs are not known.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authorizer::User;
use crate::semantics::generated_rules;
use crate::semantics::rbac::powers::{self, Power, Weight};
use crate::semantics::reach::Access;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "privileged-secrets-role",
    summary: "a secrets role that hands out an administrator",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("privileged_secrets_role.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let access = LazyCell::new(|| Access::new(project));
    for role in &project.secrets_roles {
        if let Some(name) = role.fields.text("kubernetes_role_name").filter(|name| !name.value.is_empty()) {
            binds(role, name, cx);
        }
        let account = role.fields.text("service_account_name").filter(|name| !name.value.is_empty());
        let Some(account) = account.filter(|_| !project.bindings.is_empty()) else { continue };
        let found =
            role.fields.list("allowed_kubernetes_namespaces").iter().take(MOST).find_map(|namespace| {
                let user = User::service_account(namespace.as_str(), account.value);
                let (power, place) = heaviest(&access, &user, namespace.as_str())?;
                Some((namespace, power, place))
            });
        if let Some((namespace, power, place)) = found {
            let finding = cx
                .report(
                    account.span,
                    format!(
                        "secrets role `{}` hands out tokens of `{namespace}/{}`, which can {} there",
                        role.name, account.value, power.does
                    ),
                )
                .label(place, "bound here")
                .help("hand out an account with the rights that are needed");
            if power.weight < Weight::Critical {
                finding.severity(Severity::Note);
            }
        }
    }
}

/// Namespaces of one role that are looked at.
const MOST: usize = 50;

/// The heaviest power that the account holds, in the namespace or outside of all, and the binding that gives it.
fn heaviest(access: &Access<'_>, user: &User, namespace: &str) -> Option<(&'static Power, Span)> {
    access.cluster().sources(user, namespace).find_map(|source| {
        let held = powers::of_rule(source.rule, !source.binding.cluster_wide);
        let power = held.into_iter().find(|power| power.weight >= Weight::High)?;
        Some((power, source.binding.role_ref.span))
    })
}

fn binds(role: &SecretsRole, name: Spanned<&str>, cx: &mut Context<'_>) {
    let kind = generated_rules::role_kind(role);
    let is_cluster = kind == RbacRoleKind::ClusterRole;
    if is_cluster && matches!(name.value, "cluster-admin" | "admin" | "edit") {
        let finding = cx
            .report(
                name.span,
                format!(
                    "whoever gets credentials of secrets role `{}` is bound to `{}`",
                    role.name, name.value
                ),
            )
            .help("bind a role with the rights that are needed");
        if name.value == "cluster-admin" {
            finding.severity(Severity::Error);
        }
        return;
    }
    let known: Vec<&RbacRole> = cx.project.rbac_roles_called(kind, name.value).collect();
    let [bound] = known.as_slice() else { return };
    let power = bound
        .rules
        .iter()
        .flat_map(|rule| powers::of_rule(rule, !is_cluster))
        .find(|power| power.weight >= Weight::High);
    if let Some(power) = power {
        let finding = cx
            .report(
                name.span,
                format!(
                    "whoever gets credentials of secrets role `{}` can {} where they are valid",
                    role.name, power.does
                ),
            )
            .label(bound.meta.name.span, "the role that is bound")
            .help("bind a role with the rights that are needed");
        if power.weight < Weight::Critical {
            finding.severity(Severity::Note);
        }
    }
}
