//! # What it finds
//! A binding to the ClusterRole `cluster-admin`.
//!
//! # Why it matters
//! Its subjects can do everything in the cluster, and nothing that is added later is closed to them. A RoleBinding gives
//! the same within its namespace: every Secret, every service account, and the Namespace object with the labels that
//! hold Pod Security in place.
//!
//! A ClusterRoleBinding is an error, a RoleBinding a warning, a binding without subjects a note.
//!
//! # How to fix it
//! Bind a ClusterRole with the rights that are used; within a namespace, `admin` or `edit` where no narrower one fits.
//!
//! # Limits
//! A role of another name with the same rights is reported as `wildcard-resource`. A binding of the group `system:masters`
//! alone, which every cluster has from the start, grants nothing; another one is reported as `system-masters-subject`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::kube::rbac::RbacRoleKind;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::{self, subject_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "cluster-admin-binding",
    summary: "a binding to `cluster-admin`",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("cluster_admin_binding.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let to_admin = binding.role_ref.role_kind() == Some(RbacRoleKind::ClusterRole)
        && binding.role_ref.name.value == "cluster-admin";
    if !to_admin || builtin::is_own_binding(binding) || is_of_masters(binding) {
        return;
    }
    let severity = match (binding.subjects.is_empty(), binding.cluster_wide) {
        (true, _) => Severity::Note,
        (false, true) => Severity::Error,
        (false, false) => Severity::Warning,
    };
    let finding =
        cx.report(binding.role_ref.name.span, message(binding)).severity(severity).help(help(binding));
    for subject in &binding.subjects {
        if let Some(breadth) = breadth(subject) {
            finding.label(subject.span, breadth);
        }
    }
}

/// It grants nothing to them: the bootstrap policy's own, or reported as `system-masters-subject`.
fn is_of_masters(binding: &Binding) -> bool {
    match binding.subjects.as_slice() {
        [only] => only.kind.value == "Group" && only.name.value == "system:masters",
        _ => false,
    }
}

fn message(binding: &Binding) -> String {
    let place = match (binding.cluster_wide, binding.meta.namespace_name()) {
        (true, _) => "in the whole cluster".to_owned(),
        (false, Some(namespace)) => format!("in namespace `{namespace}`"),
        (false, None) => "in the namespace of the binding".to_owned(),
    };
    // The broadest subject is the one to name.
    let first = binding.subjects.iter().max_by_key(|subject| breadth(subject).is_some());
    let Some(first) = first else {
        return format!("{} to `cluster-admin` that has no subjects", binding.kind_word());
    };
    let others = match binding.subjects.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    format!("{}{others} may do anything {place}", subject_words(binding, first))
}

fn help(binding: &Binding) -> &'static str {
    match (binding.subjects.is_empty(), binding.cluster_wide) {
        (true, _) => "delete it: whoever adds a subject hands out everything",
        (false, true) => "bind a ClusterRole with the rights that are used",
        (false, false) => {
            "bind a role with the rights that are used; `admin` leaves out quotas and the Namespace object itself"
        }
    }
}

/// Who stands behind a subject that is more than one.
fn breadth(subject: &Subject) -> Option<&'static str> {
    match (subject.kind.as_str(), subject.name.as_str()) {
        ("Group", "system:masters") => Some("its members may do anything anyway, and that cannot be revoked"),
        _ => reach::breadth(subject),
    }
}
