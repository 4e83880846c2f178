//! # What it finds
//! A namespace in which more than five users, groups and service accounts hold roles.
//!
//! # Why it matters
//! The more hold something, the fewer know who does.
//!
//! # How to fix it
//! Bind groups instead of single users, and take out whoever needs nothing any more.
//!
//! # Limits
//! ClusterRoleBindings are not counted, nor are namespaces of the system.

use std::collections::{BTreeMap, BTreeSet};

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::reach::subject_words;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "crowded-namespace",
    summary: "a namespace in which many hold roles",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("crowded_namespace.rs"),
};

const MANY: usize = 5;

fn check(cx: &mut Context<'_>) {
    let mut held: BTreeMap<&str, (Span, BTreeSet<String>)> = BTreeMap::new();
    for binding in cx.project.bindings.iter().filter(|binding| !binding.cluster_wide) {
        let Some(namespace) = &binding.meta.namespace else { continue };
        if namespace.value.starts_with("kube-") {
            continue;
        }
        let (_, subjects) = held.entry(namespace.as_str()).or_insert((namespace.span, BTreeSet::new()));
        subjects.extend(binding.subjects.iter().map(|subject| subject_words(binding, subject)));
    }
    for (namespace, (span, subjects)) in held {
        if subjects.len() > MANY {
            cx.report(span, format!("{} subjects hold roles in namespace `{namespace}`", subjects.len()))
                .help("bind groups, and take out whoever needs nothing any more");
        }
    }
}
