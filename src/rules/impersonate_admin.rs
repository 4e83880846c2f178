//! # What it finds
//! An RBAC rule that allows `impersonate` with a name in `resourceNames` that may do everything: the group
//! `system:masters`, or a subject that a ClusterRoleBinding among the inputs binds to `cluster-admin`.
//!
//! # Why it matters
//! The name looks like a limit and is none: as that user or group everything is allowed.
//!
//! # How to fix it
//! Name an identity with the rights that are used, or leave the rule out.
//!
//! # Limits
//! Subjects bound to roles other than `cluster-admin` are not followed.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Subject;
use crate::model::kube::rbac::RbacRoleKind;
use crate::model::project::Project;
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;
use crate::semantics::rbac::reach::role_words;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "impersonate-admin",
    summary: "an RBAC rule that lets its holder act as an administrator by name",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("impersonate_admin.rs"),
};

fn check(cx: &mut Context<'_>) {
    for grant in cx.survey.grants().named(&powers::IMPERSONATE) {
        for part in &grant.parts {
            for name in &part.rule.resource_names {
                let Some(kind) = kind(part.resource.as_str()) else { continue };
                let admin = admin(kind, name.as_str(), cx.project);
                if admin.is_some() || (kind == "Group" && name.value == "system:masters") {
                    report(grant, kind, name, admin, cx);
                }
            }
        }
    }
}

fn report(
    grant: &Grant<'_>,
    kind: &str,
    name: &Spanned<String>,
    admin: Option<&Subject>,
    cx: &mut Context<'_>,
) {
    let Some(weight) = grant.weight() else { return };
    let kind = match kind {
        "User" => "the user",
        "Group" => "the group",
        _ => "the service account",
    };
    let who = format!("{} may act as {kind} `{name}`", role_words(grant.role));
    let message = format!("{who}, who may do everything, {}", grant.reach.words());
    let finding = cx
        .report(name.span, message)
        .severity(Severity::of(weight))
        .help("name an identity with the rights that are used");
    if let Some(admin) = admin {
        finding.label(admin.span, "bound to `cluster-admin` here");
    }
    for (span, text) in grant.reach.evidence() {
        finding.label(span, text);
    }
}

/// The kind of subject that a resource stands for.
fn kind(resource: &str) -> Option<&'static str> {
    match resource {
        "users" => Some("User"),
        "groups" => Some("Group"),
        "serviceaccounts" => Some("ServiceAccount"),
        _ => None,
    }
}

fn admin<'a>(kind: &str, name: &str, project: &'a Project) -> Option<&'a Subject> {
    let bindings = project.bindings_to(RbacRoleKind::ClusterRole, "cluster-admin");
    let mut subjects = bindings.filter(|binding| binding.cluster_wide).flat_map(|binding| &binding.subjects);
    subjects.find(|subject| subject.kind.value == kind && subject.name.value == name)
}
