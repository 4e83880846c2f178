//! # What it finds
//! An RBAC rule that allows `bind` on `roles` or `clusterroles`, without names or with the name of a role that can do
//! everything.
//!
//! # Why it matters
//! Kubernetes lets nobody bind a role whose rights they do not hold. `bind` lifts that: with `create` on bindings its
//! holder binds `cluster-admin` to itself, within a namespace or everywhere.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note. Without a right
//! to write bindings, in this role or another one of the same subject, nothing comes of it yet: a warning in the whole
//! cluster, else a note.
//!
//! # How to fix it
//! Name the roles that may be given away in `resourceNames`; the request carries the name of the role.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply. Of named roles only `cluster-admin`, and what allows every verb on every resource, are reported. On bindings
//! the verb means nothing: see `bind-on-bindings`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRoleKind, RbacRule};
use crate::model::project::Project;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "bind-verb",
    summary: "an RBAC rule that lets its holder grant any role",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("bind_verb.rs"),
};

fn check(cx: &mut Context<'_>) {
    let grants = cx.survey.grants();
    for grant in grants.of(&powers::BIND) {
        cx.in_each_part(grant, |grant, cx| {
            look(grant, grant.power.does, "name the roles that may be given away in `resourceNames`", cx);
        });
    }
    for grant in grants.named(&powers::BIND) {
        cx.in_each_part(grant, |grant, cx| {
            let mut names = grant.parts.iter().flat_map(|part| &part.rule.resource_names);
            if let Some(name) = names.find(|name| does_everything(name.as_str(), cx.project)) {
                let does = format!("grant the role `{name}`");
                look(grant, &does, &format!("take `{name}` out of `resourceNames`"), cx);
            }
        });
    }
}

fn look(grant: &Grant<'_>, does: &str, help: &str, cx: &mut Context<'_>) {
    // No ClusterRoleBinding refers to a Role.
    let roles_alone = grant.parts.iter().all(|part| part.resource.value == "roles");
    let needed = if roles_alone { &powers::ROLE_BINDING_WRITE } else { &powers::BINDING_WRITE };
    match cx.survey.joined_by(grant, needed) {
        Some(writes) => {
            if let Some(finding) = cx.report_grant(grant, does, help) {
                finding.label(writes.resource.span, writes.words(needed));
            }
        }
        None => {
            let does = format!("{does}, given a right to write bindings,");
            cx.report_weighed(grant, Weight::High, &does, "leave `bind` out: it has no effect yet");
        }
    }
}

fn does_everything(name: &str, project: &Project) -> bool {
    let star = |entries: &[Spanned<String>]| entries.iter().any(|entry| entry.value == "*");
    let full = |rule: &RbacRule| {
        star(&rule.api_groups) && star(&rule.resources) && star(&rule.verbs) && rule.resource_names.is_empty()
    };
    let mut roles = project.rbac_roles_called(RbacRoleKind::ClusterRole, name);
    name == "cluster-admin" || roles.any(|role| role.rules.iter().any(full))
}
