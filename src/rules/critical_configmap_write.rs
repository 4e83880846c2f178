//! # What it finds
//! An RBAC rule that allows `update` or `patch` on ConfigMaps in `kube-system` or in the whole cluster, or on one named
//! `aws-auth`, `coredns`, `kube-proxy`, `kubeadm-config` or `cluster-info`.
//!
//! # Why it matters
//! `aws-auth` says who is administrator of an EKS cluster, `coredns` where names lead, `kube-proxy` and `kubeadm-
//! config` how nodes are set up.
//!
//! `aws-auth` by name is an error, the other names and `kube-system` are a warning. In the whole cluster, where these
//! are some among many, and while nothing binds a ClusterRole, it is a note.
//!
//! # How to fix it
//! Name the ConfigMaps in `resourceNames`, and bind the role in their namespace.
//!
//! # Limits
//! ConfigMaps of other namespaces are reported as `configmap-write`, which is off unless asked for. Rules with `*` as
//! verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "critical-configmap-write",
    summary: "an RBAC rule that changes ConfigMaps that run the cluster",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("critical_configmap_write.rs"),
};

fn check(cx: &mut Context<'_>) {
    let grants = cx.survey.grants();
    for grant in grants.of(&powers::CONFIGMAP_WRITE) {
        cx.in_each_part(grant, of_any_name);
    }
    for grant in grants.named(&powers::CONFIGMAP_WRITE) {
        cx.in_each_part(grant, by_name);
    }
}

fn of_any_name(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let help = "name the ConfigMaps in `resourceNames`, and bind the role in their namespace";
    if grant.reach.is_cluster_wide() || is_unbound_cluster_role(grant) {
        let does = "change any ConfigMap, also those that run the cluster,";
        cx.report_grant(grant, does, help);
    } else if is_in_system(grant) {
        cx.report_weighed(grant, Weight::High, grant.power.does, help);
    }
}

fn by_name(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let mut names = grant.parts.iter().flat_map(|part| &part.rule.resource_names);
    let name = names.find(|name| CRITICAL.contains(&name.as_str()));
    let Some(name) = name.filter(|_| grant.reaches(home(grant)) || is_in_system(grant)) else { return };
    let weight = if name.value == "aws-auth" { Weight::Critical } else { Weight::High };
    let does = format!("change the ConfigMap `{name}`");
    cx.report_weighed(grant, weight, &does, "leave it to those who run the cluster");
}

const CRITICAL: [&str; 5] = ["aws-auth", "coredns", "kube-proxy", "kubeadm-config", "cluster-info"];

/// Where the critical ConfigMaps of a grant by name are.
fn home(grant: &Grant<'_>) -> &'static str {
    let names = grant.parts.iter().flat_map(|part| &part.rule.resource_names);
    let is_public = names.into_iter().any(|name| name.value == "cluster-info");
    if is_public { "kube-public" } else { "kube-system" }
}

/// True if the next binding may be one for the whole cluster.
fn is_unbound_cluster_role(grant: &Grant<'_>) -> bool {
    grant.reach.is_unbound() && grant.role.kind == RbacRoleKind::ClusterRole
}

/// True if it holds in `kube-system`, or would if it were bound.
fn is_in_system(grant: &Grant<'_>) -> bool {
    let bound = grant.reaches("kube-system");
    let would = match grant.role.kind {
        RbacRoleKind::Role => grant.role.meta.namespace_name() == Some("kube-system"),
        RbacRoleKind::ClusterRole => grant.is_named,
    };
    bound || (grant.reach.is_unbound() && would)
}
