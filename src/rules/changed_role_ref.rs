//! # What it finds
//! The same binding twice, with another `roleRef` each time.
//!
//! # Why it matters
//! `roleRef` of a binding cannot be changed. Whichever comes second is refused with `cannot change roleRef`, so that the
//! first one stays in force; with tools that delete and create, the last one wins.
//!
//! # How to fix it
//! Give the bindings different names. To move a binding to another role, delete it first, or use `kubectl auth reconcile`.
//!
//! # Limits
//! Looked at are bindings of the same file: overlays and tests elsewhere write the same binding anew on purpose.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::semantics::rbac::builtin;
use crate::syntax::SourceId;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "changed-role-ref",
    summary: "the same binding twice, to different roles",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("changed_role_ref.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut first: HashMap<Key<'_>, &Binding> = HashMap::with_capacity(project.bindings.len());
    for binding in &project.bindings {
        let name = binding.meta.name.as_str();
        if name.is_empty() || name.contains(['$', '{', '<']) {
            continue;
        }
        let earlier = *first.entry(key(binding)).or_insert(binding);
        let same = earlier.role_ref.name.value == binding.role_ref.name.value
            && earlier.role_ref.kind.value == binding.role_ref.kind.value;
        if same || builtin::is_own_binding(binding) {
            continue;
        }
        let message = format!(
            "the {} `{name}` refers to `{}` already, and a role reference cannot be changed",
            binding.kind_word(),
            earlier.role_ref.name
        );
        cx.report(binding.role_ref.name.span, message)
            .label(earlier.role_ref.name.span, "the first")
            .help("give one of them another name; to move it, delete the old binding first");
    }
}

/// Source, reach, namespace and name.
type Key<'a> = (SourceId, bool, &'a str, &'a str);

fn key(binding: &Binding) -> Key<'_> {
    let namespace = if binding.cluster_wide { "" } else { binding.meta.namespace_name().unwrap_or("") };
    (binding.meta.span.source, binding.cluster_wide, namespace, binding.meta.name.as_str())
}
