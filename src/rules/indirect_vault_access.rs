//! # What it finds
//! A RoleBinding that lets its subjects become a service account which a Vault role admits: they run pods in its namespace, mint
//! its tokens, or run commands in its pods.
//!
//! # Why it matters
//! Vault believes the token: the subjects hold what the policies of that role give, and no policy names them.
//!
//! Service accounts of other namespaces, and groups behind which everybody stands, are a warning, others a note: whoever runs a
//! namespace mostly runs what logs in from it, too.
//!
//! # How to fix it
//! Run the workload in a namespace of its own, or give the subjects a role without pods and tokens.
//!
//! # Limits
//! Names and namespaces with wildcards, and bindings in the whole cluster, are not looked at here.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::{crowd, service_account};
use crate::semantics::rbac::{builtin, lateral};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "indirect-vault-access",
    summary: "a binding whose subjects can log in to Vault as somebody else",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("indirect_vault_access.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.auth_roles.is_empty() || project.bindings.is_empty() {
        return;
    }
    let admitted = admitted(project);
    for binding in project.bindings.iter().filter(|binding| !binding.cluster_wide) {
        let namespace = binding.meta.namespace_name().unwrap_or_default();
        let Some(logins) = admitted.get(namespace).filter(|_| !builtin::is_own_binding(binding)) else {
            continue;
        };
        let Some(way) = lateral::way(cx.survey, binding).map(lateral::Way::words) else { continue };
        let found = binding.subjects.iter().find_map(|subject| {
            let own = service_account(binding, subject);
            let other = logins.iter().find(|(name, _)| own != Some((namespace, *name)))?;
            Some((subject, other))
        });
        if let Some((subject, (name, role))) = found {
            report(binding, subject, way, (namespace, name), role, cx);
        }
    }
}

/// By namespace, the service accounts that Vault roles admit by name.
fn admitted(project: &Project) -> HashMap<&str, Vec<(&str, &AuthRole)>> {
    let mut admitted: HashMap<&str, Vec<(&str, &AuthRole)>> = HashMap::new();
    for role in &project.auth_roles {
        let plain = |text: &str| !text.is_empty() && !text.contains(['*', '$', '{']);
        for namespace in role.namespaces().iter().filter(|it| plain(it.as_str())) {
            for name in role.names().iter().filter(|it| plain(it.as_str())) {
                admitted.entry(namespace.as_str()).or_default().push((name.as_str(), role));
            }
        }
    }
    admitted
}

fn report(
    binding: &Binding,
    subject: &Subject,
    way: &str,
    (namespace, name): (&str, &str),
    role: &AuthRole,
    cx: &mut Context<'_>,
) {
    let is_foreign = service_account(binding, subject).is_some_and(|(own, _)| own != namespace);
    let severity = if is_foreign || crowd(subject).is_some() { Severity::Warning } else { Severity::Note };
    let message = format!(
        "{} may {way} in namespace `{namespace}`, and so log in to the Vault role `{}` as `{name}`",
        subject_words(binding, subject),
        role.name
    );
    cx.report(binding.role_ref.name.span, message)
        .severity(severity)
        .label(role.name.span, "the role that admits it")
        .help("run the workload in a namespace of its own, or bind a role without pods and tokens");
}
