//! # What it finds
//! A binding with the group `system:masters`, or a user of that name, among its subjects.
//!
//! # Why it matters
//! Members of the group may do everything before any rule is asked, so that the binding grants them nothing. It shows
//! that the group is in use: membership comes from a certificate, cannot be revoked, and leaves no way to take a right
//! away.
//!
//! # How to fix it
//! Bind a group of your own, and keep `system:masters` for emergencies.
//!
//! # Limits
//! The binding that every cluster has from the start is not reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "system-masters-subject",
    summary: "a binding to the group `system:masters`",
    category: Category::Security,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("system_masters_subject.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let Some(subject) = binding.subjects.iter().find(|subject| subject.name.value == "system:masters") else {
        return;
    };
    let is_default = binding.cluster_wide
        && binding.meta.name.value == "cluster-admin"
        && binding.role_ref.name.value == "cluster-admin";
    if is_default || builtin::is_own_binding(binding) || subject.kind.value == "ServiceAccount" {
        return;
    }
    let message = if subject.kind.value == "User" {
        "the user `system:masters` is not the group, but looks like it".to_owned()
    } else {
        format!(
            "{} to `system:masters`, whose members may do everything and cannot lose it",
            binding.kind_word()
        )
    };
    cx.report(subject.name.span, message)
        .help("bind a group of your own, and keep `system:masters` for emergencies");
}
