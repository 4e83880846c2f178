//! # What it finds
//! A subject that more than four different roles are bound to.
//!
//! # Why it matters
//! What it may do in sum, nobody reads any more.
//!
//! # How to fix it
//! Write one role for what it does.
//!
//! # Limits
//! The same role in several namespaces counts once.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::subject_words;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "too-many-roles",
    summary: "a subject with more roles than anybody reads",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("too_many_roles.rs"),
};

const MANY: usize = 4;

fn check(cx: &mut Context<'_>) {
    let mut held: BTreeMap<String, (Span, BTreeSet<&str>)> = BTreeMap::new();
    for binding in cx.project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding)) {
        for subject in &binding.subjects {
            let (_, roles) = held
                .entry(subject_words(binding, subject))
                .or_insert_with(|| (subject.name.span, BTreeSet::new()));
            roles.insert(binding.role_ref.name.as_str());
        }
    }
    for (subject, (span, roles)) in held {
        if roles.len() > MANY {
            cx.report(span, format!("{subject} holds {} different roles", roles.len()))
                .help("write one role for what it does");
        }
    }
}
