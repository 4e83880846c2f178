//! # What it finds
//! An RBAC rule that allows `delete` or `deletecollection` on namespaces, workloads, pods or their volume claims, or
//! `deletecollection` on Secrets, in the whole cluster, for a role that cannot create them.
//!
//! # Why it matters
//! One mistake, or one stolen token, and everything is gone: whoever deletes a Namespace deletes what is in it.
//!
//! # How to fix it
//! Bind it with RoleBindings in the namespaces that it is for.
//!
//! # Limits
//! Who may create the same resource, or pods in any way, manages it, and is reported for that; who may change nodes as
//! well is reported as `pod-stealing`. Silent in single namespaces. Rules with `*` as verb or resource are reported as
//! `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::{Grant, Part};
use crate::semantics::rbac::powers;
use crate::semantics::rbac::{Request, allows};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-wide-deletion",
    summary: "an RBAC rule that deletes what it cannot create, in the whole cluster",
    category: Category::Security,
    check: Check::Grant(&powers::DELETION, check),
    fixable: false,
    source: include_str!("cluster_wide_deletion.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    // Either is reported for what it comes to with pods.
    let joined = [&powers::POD_CREATION, &powers::NODE_WRITE];
    let manages_pods = joined.into_iter().any(|power| cx.survey.joined_by(grant, power).is_some());
    let counts = |part: &&Part<'_>| {
        let is_lasting =
            matches!(part.resource.as_str(), "namespaces" | "persistentvolumeclaims" | "secrets");
        (is_lasting || !manages_pods) && !creates(grant, part)
    };
    let Some(part) = grant.parts.iter().find(counts) else { return };
    let does = format!("delete any of the `{}`", part.resource);
    cx.report_grant(grant, &does, "bind it with RoleBindings in the namespaces that it is for");
}

/// True if the role can create what the part deletes.
fn creates(grant: &Grant<'_>, part: &Part<'_>) -> bool {
    part.rule.api_groups.iter().any(|group| {
        let request =
            Request { verb: "create", group: group.as_str(), resource: part.resource.as_str(), name: None };
        grant.role.rules.iter().any(|rule| allows(rule, &request).is_some())
    })
}
