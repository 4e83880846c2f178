//! # What it finds
//! A ClusterRoleBinding to one of the built-in roles `admin`, `edit` and `view`.
//!
//! # Why it matters
//! These roles are made for single namespaces. In the whole cluster, `admin` and `edit` read every Secret, run pods as any
//! service account - those of `kube-system` included - and so come to the administration of the cluster; what extensions add
//! to them later comes on top.
//!
//! `view`, which leaves Secrets out, is a note.
//!
//! # How to fix it
//! Bind the role with a RoleBinding in each namespace that is meant.
//!
//! # Limits
//! Roles that are aggregated into these are not looked at here. Subjects behind which everybody stands are reported as such.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::Binding;
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::crowd;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-wide-builtin-role",
    summary: "a ClusterRoleBinding to `admin`, `edit` or `view`",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("cluster_wide_builtin_role.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let to_cluster_role = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole);
    if !binding.cluster_wide || !to_cluster_role || builtin::is_own_binding(binding) {
        return;
    }
    let (does, severity) = match binding.role_ref.name.as_str() {
        "admin" | "edit" => ("read every secret and run pods as any service account", Severity::Warning),
        "view" => ("read almost everything but secrets", Severity::Note),
        _ => return,
    };
    // Crowds are reported with what they hold.
    let Some(first) = binding.subjects.iter().find(|subject| crowd(subject).is_none()) else { return };
    let others = match binding.subjects.len() {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let message = format!("{}{others} may {does}, in every namespace", subject_words(binding, first));
    cx.report(binding.role_ref.name.span, message)
        .severity(severity)
        .help("bind it with a RoleBinding in each namespace that is meant");
}
