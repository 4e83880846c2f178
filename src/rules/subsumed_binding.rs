//! # What it finds
//! A binding that gives a subject what another binding gives it already: the same role in the same namespace or in the whole
//! cluster, or anything at all to somebody who is bound to `cluster-admin` in the whole cluster.
//!
//! # Why it matters
//! Whoever takes one of the two away believes the access gone.
//!
//! # How to fix it
//! Remove the narrower one, or, if only that was meant, the wider one.
//!
//! # Limits
//! Looked at are bindings of the same directory. Roles of different names are not compared.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::{Binding, Subject};
use crate::model::project::Project;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::service_account;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "subsumed-binding",
    summary: "a binding of what another one gives already",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("subsumed_binding.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut held: HashMap<Who<'_>, Vec<&Binding>> = HashMap::new();
    for binding in project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding)) {
        for subject in &binding.subjects {
            if let Some(who) = who(project, binding, subject) {
                held.entry(who).or_default().push(binding);
            }
        }
    }
    for binding in project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding)) {
        for subject in &binding.subjects {
            let Some(others) = who(project, binding, subject).and_then(|who| held.get(&who)) else {
                continue;
            };
            let Some(wider) = others.iter().find(|other| gives_all_of(other, binding)) else { continue };
            let message = format!(
                "{} has this from the {} `{}` already",
                subject_words(binding, subject),
                wider.kind_word(),
                wider.meta.name
            );
            cx.report(subject.span, message)
                .label(wider.role_ref.span, "given here")
                .help("remove the narrower one, or, if only that was meant, the wider one");
        }
    }
}

/// Directory, kind, namespace, name.
type Who<'a> = (&'a str, &'a str, &'a str, &'a str);

fn who<'a>(project: &'a Project, binding: &'a Binding, subject: &'a Subject) -> Option<Who<'a>> {
    let directory = project.sources.get(binding.meta.span.source)?.directory();
    Some(match service_account(binding, subject) {
        Some(("", _)) => return None,
        Some((namespace, name)) => (directory, "ServiceAccount", namespace, name),
        None => (directory, subject.kind.as_str(), "", subject.name.as_str()),
    })
}

/// True if the other binding is wider, or as wide and earlier; the same object twice is no such thing.
fn gives_all_of(wider: &Binding, binding: &Binding) -> bool {
    let cluster_role = wider.role_ref.kind.value == "ClusterRole";
    let same_role = wider.role_ref.kind.value == binding.role_ref.kind.value
        && wider.role_ref.name.value == binding.role_ref.name.value;
    let everything = wider.cluster_wide && cluster_role && wider.role_ref.name.value == "cluster-admin";
    let named_alike = wider.meta.name.value == binding.meta.name.value;
    let namespace = |it: &Binding| it.meta.namespace_name().map(str::to_owned);
    match (wider.cluster_wide, binding.cluster_wide) {
        (true, false) => same_role || everything,
        (false, true) => false,
        (true, true) | (false, false) => {
            let place = wider.cluster_wide || namespace(wider) == namespace(binding);
            let earlier = wider.meta.span < binding.meta.span;
            place && !named_alike && ((same_role && earlier) || (everything && !same_role))
        }
    }
}
