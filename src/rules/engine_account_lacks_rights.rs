//! # What it finds
//! A role of the Kubernetes secrets engine that needs more in the cluster than the account of the engine may do: make
//! the token, make and delete service accounts, bindings and roles, look at namespaces.
//!
//! # Why it matters
//! Requests for credentials fail; where only `delete` is missing they succeed, and what was made stays behind when the
//! lease ends.
//!
//! # How to fix it
//! Allow the account what is missing.
//!
//! # Limits
//! The account is known if the inputs hold exactly one service account that may create tokens, and every role that is
//! bound to it. What it may give away is judged by `escalation-blocked`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::field::Fields;
use crate::model::vault::secrets_role::SecretsRole;
use crate::semantics::authorizer::{Cluster, Query};
use crate::semantics::engine_account::EngineAccount;
use crate::semantics::generated_rules;
use crate::semantics::rbac::Request;
use crate::semantics::rbac::reach::subject_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "engine-account-lacks-rights",
    summary: "a secrets role for which the account of the engine lacks rights",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("engine_account_lacks_rights.rs"),
};

const RBAC: &str = "rbac.authorization.k8s.io";

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.secrets_roles.is_empty() || project.bindings.is_empty() {
        return;
    }
    let cluster = Cluster::settled(&project.rbac_roles, &project.bindings);
    let Some(engine) = EngineAccount::minting(cx.survey, project, &cluster) else { return };
    for role in &project.secrets_roles {
        let missing = missing(role, &engine, &cluster);
        let Some(first) = missing.first() else { continue };
        let more = if missing.len() > 1 { format!(" and {} more", missing.len() - 1) } else { String::new() };
        cx.report(
            role.name.span,
            format!(
                "{} may not `{}` `{}`{more}, which secrets role `{}` needs",
                subject_words(engine.binding, engine.subject),
                first.verb,
                first.resource,
                role.name
            ),
        )
        .label(engine.subject.span, "the only account that may make tokens")
        .help(help(&missing));
    }
}

fn help(missing: &[Right]) -> String {
    let rights: Vec<String> =
        missing.iter().map(|right| format!("`{}` on `{}`", right.verb, right.resource)).collect();
    format!("allow it {}", rights.join(", "))
}

#[derive(PartialEq)]
struct Right {
    verb: &'static str,
    resource: &'static str,
}

fn missing(role: &SecretsRole, engine: &EngineAccount<'_>, cluster: &Cluster<'_>) -> Vec<Right> {
    let mut missing = Vec::new();
    let listed = role.fields.list("allowed_kubernetes_namespaces");
    let everywhere = listed.iter().any(|namespace| namespace.value == "*")
        || has_text(&role.fields, "allowed_kubernetes_namespace_selector");
    let namespaces =
        listed.iter().map(|namespace| namespace.as_str()).filter(|namespace| *namespace != "*").map(Some);
    for namespace in namespaces.chain(everywhere.then_some(None)) {
        let mut need = |verb: &'static str,
                        group: &str,
                        resource: &'static str,
                        name: Option<&str>,
                        namespace: Option<&str>| {
            let request = Request { verb, group, resource, name };
            let right = Right { verb, resource };
            let held = cluster.by_rbac(&engine.user, &Query::Resource { request, namespace }).is_some();
            if !held && !missing.contains(&right) {
                missing.push(right);
            }
        };
        let account = role.fields.text("service_account_name").filter(|name| !name.value.is_empty());
        // A request for a token carries the name of the account; of generated ones nobody knows it.
        need("create", "", "serviceaccounts/token", account.map(|name| name.value), namespace);
        if account.is_some() {
            continue;
        }
        for verb in ["create", "delete"] {
            need(verb, "", "serviceaccounts", None, namespace);
            need(verb, RBAC, "rolebindings", None, namespace);
        }
        if has_text(&role.fields, "generated_role_rules") {
            let is_cluster = generated_rules::role_kind(role) == RbacRoleKind::ClusterRole;
            let (resource, place) = if is_cluster { ("clusterroles", None) } else { ("roles", namespace) };
            for verb in ["create", "delete"] {
                need(verb, RBAC, resource, None, place);
            }
        }
    }
    if has_text(&role.fields, "allowed_kubernetes_namespace_selector") {
        let request = Request { verb: "get", group: "", resource: "namespaces", name: None };
        if cluster.by_rbac(&engine.user, &Query::Resource { request, namespace: None }).is_none() {
            missing.push(Right { verb: "get", resource: "namespaces" });
        }
    }
    missing
}

fn has_text(fields: &Fields, name: &str) -> bool {
    fields.text(name).is_some_and(|text| !text.value.is_empty())
}
