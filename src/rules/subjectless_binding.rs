//! # What it finds
//! A binding without subjects.
//!
//! # Why it matters
//! It grants nothing to anybody, and Kubernetes takes it without a word. Mostly the subjects were forgotten, or their key was
//! written at the wrong depth.
//!
//! # How to fix it
//! Add the subjects, or delete the binding.
//!
//! # Limits
//! A binding to `cluster-admin` is reported by `cluster-admin-binding`. A file that only patches others - one that a
//! Kustomize overlay would name - cannot be told from a whole binding.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "subjectless-binding",
    summary: "a binding without subjects",
    category: Category::Suspicious,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("subjectless_binding.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    let reported = binding.role_ref.name.value == "cluster-admin" || builtin::is_own_binding(binding);
    if !binding.subjects.is_empty() || reported {
        return;
    }
    let message = format!("this {} has no subjects: it grants nothing to anybody", binding.kind_word());
    cx.report(binding.kind_span, message)
        .label(binding.role_ref.name.span, "what it would grant")
        .help("add `subjects`, or delete it");
}
