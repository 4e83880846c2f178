//! # What it finds
//! A ClusterRole with a label `rbac.authorization.k8s.io/aggregate-to-admin`, `-edit` or `-view` whose rules give what
//! the built-in role leaves out on purpose: Secrets to `view`, roles to `edit`, rights on nodes, webhooks and the like
//! to any of them.
//!
//! # Why it matters
//! Every binding of the built-in role in the cluster gives it from then on, also those that were made long before.
//!
//! It is a warning for rights that lead to those of others; a note for lesser ones, and for those that the built-in
//! role gives anyway.
//!
//! # How to fix it
//! Take the label off and bind the role to those who need it.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`. Rights on custom
//! resources are what the labels are for.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Power, Weight};
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "aggregate-into-builtin",
    summary: "a ClusterRole that adds sensitive rights to `admin`, `edit` or `view`",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("aggregate_into_builtin.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for into in builtin::extended_by(role) {
        let grants: Vec<&Grant<'_>> =
            cx.survey.grants().of_role(role).filter(|grant| !grant.is_named).collect();
        let added: Vec<&Grant<'_>> =
            grants.iter().copied().filter(|grant| !builtin::gives(into, grant.power)).collect();
        if !added.is_empty() {
            cx.in_each_rule(&added, |added, cx| report(role, into, added, "", cx));
            return;
        }
        if !grants.is_empty() {
            cx.in_each_rule(&grants, |grants, cx| report(role, into, grants, " already", cx));
            return;
        }
    }
}

fn report(role: &RbacRole, into: &str, grants: &[Grant<'_>], again: &str, cx: &mut Context<'_>) {
    let Some(heaviest) = grants.iter().max_by_key(|grant| grant.power.weight) else { return };
    let leads_on = matches!(heaviest.power.weight, Weight::Critical | Weight::High)
        || grants.iter().any(|it| *it.power == powers::RBAC_WRITE);
    let weight = if leads_on && again.is_empty() { Severity::Warning } else { Severity::Note };
    let powers: Vec<&Power> = grants.iter().map(|grant| grant.power).collect();
    let message = format!(
        "{} adds to the built-in role `{into}`: its holders can{again} {}",
        role_words(role),
        powers::words(&powers)
    );
    let finding = cx
        .report(heaviest.span(), message)
        .severity(weight)
        .help("take the label off and bind the role to those who need it");
    let label = role.meta.labels.iter().find(|(key, _)| key.value.ends_with(&format!("aggregate-to-{into}")));
    if let Some((key, _)) = label {
        finding.label(key.span, format!("this adds it to every binding of `{into}`"));
    }
}
