//! # What it finds
//! A policy that grants `creds/` of a Kubernetes secrets engine whose role is of type ClusterRole, without a word on
//! the parameter `cluster_role_binding`.
//!
//! # Why it matters
//! The namespaces of the role do not hold then: with `cluster_role_binding=true` in the request Vault makes a
//! ClusterRoleBinding, and the caller has the rights everywhere.
//!
//! # How to fix it
//! Set `denied_parameters: {cluster_role_binding: []}`, or list the parameters that are allowed.
//!
//! # Limits
//! Silent where the role is for every namespace. Rules with wildcards are looked at too, except those for everything.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::vault::policy::{PathRule, PolicyOrigin};
use crate::semantics::generated_rules;
use crate::semantics::pattern::matches;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-role-binding-open",
    summary: "a path rule that lets the caller choose to be bound in the whole cluster",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("cluster_role_binding_open.rs"),
};

const PARAMETER: &str = "cluster_role_binding";

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.secrets_roles {
        let makes = ["kubernetes_role_name", "generated_role_rules"];
        let makes =
            makes.iter().any(|name| role.fields.text(name).is_some_and(|text| !text.value.is_empty()));
        let listed = role.fields.list("allowed_kubernetes_namespaces");
        let everywhere = listed.iter().any(|namespace| namespace.value == "*");
        if generated_rules::role_kind(role) != RbacRoleKind::ClusterRole || !makes || everywhere {
            continue;
        }
        let path = format!("{}/creds/{}", role.mount.trim_matches('/'), role.name);
        for policy in &project.policies {
            for rule in
                policy.path_rules.iter().filter(|rule| is_open(rule) && matches(&rule.pattern(), &path))
            {
                let finding = cx
                    .report(
                        rule.path.span,
                        format!(
                            "who holds this may have itself bound in the whole cluster by secrets role `{}`",
                            role.name
                        ),
                    )
                    .label(role.name.span, "of type ClusterRole");
                if policy.origin == PolicyOrigin::Grant {
                    finding.help(
                        "write the policy by hand, with `denied_parameters: {cluster_role_binding: []}`",
                    );
                } else {
                    finding.help("set `denied_parameters: {cluster_role_binding: []}` on the rule");
                }
            }
        }
    }
}

/// True if the rule lets a write through that sets the parameter.
fn is_open(rule: &PathRule) -> bool {
    let granted = rule.granted();
    let names = |list: &[crate::model::vault::policy::Parameter], name: &str| {
        list.iter().any(|parameter| parameter.name.value.eq_ignore_ascii_case(name))
    };
    let denied = names(&rule.denied_parameters, PARAMETER) || names(&rule.denied_parameters, "*");
    let listed = rule.allowed_parameters.is_empty()
        || names(&rule.allowed_parameters, PARAMETER)
        || names(&rule.allowed_parameters, "*");
    let writes = rule.capability("update").is_some() || rule.capability("create").is_some();
    let is_everything = matches!(rule.path.value.as_str(), "*" | "+/*");
    writes && !granted.denies() && !denied && listed && !is_everything
}
