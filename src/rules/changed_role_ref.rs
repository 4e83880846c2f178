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
//! Looked at are bindings of the same file, or of the same directory.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;
use crate::model::project::Project;
use crate::semantics::rbac::builtin;

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
        let earlier = *first.entry(key(project, binding)).or_insert(binding);
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

/// Directory, reach, namespace and name.
type Key<'a> = (&'a str, bool, &'a str, &'a str);

fn key<'a>(project: &'a Project, binding: &'a Binding) -> Key<'a> {
    let source = project.sources.get(binding.meta.span.source);
    let directory = source.map_or("", |source| source.directory());
    let namespace = if binding.cluster_wide { "" } else { binding.meta.namespace_name().unwrap_or("") };
    (directory, binding.cluster_wide, namespace, binding.meta.name.as_str())
}
