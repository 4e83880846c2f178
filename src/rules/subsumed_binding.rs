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
    let bindings = || project.bindings.iter().filter(|binding| !builtin::is_own_binding(binding));
    let mut held = Held::default();
    for binding in bindings() {
        for who in binding.subjects.iter().filter_map(|subject| who(project, binding, subject)) {
            held.take(who, binding);
        }
    }
    for binding in bindings() {
        for subject in &binding.subjects {
            let Some(wider) = who(project, binding, subject).and_then(|who| held.wider(who, binding)) else {
                continue;
            };
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

/// Whom, which role, and in which namespace; none for the whole cluster.
type Given<'a> = (Who<'a>, &'a str, &'a str, Option<&'a str>);

/// The first binding of its sort.
#[derive(Default)]
struct Held<'a> {
    everything: HashMap<Who<'a>, &'a Binding>,
    given: HashMap<Given<'a>, &'a Binding>,
}

impl<'a> Held<'a> {
    fn take(&mut self, who: Who<'a>, binding: &'a Binding) {
        if binding.cluster_wide && binding.role_ref.name.value == "cluster-admin" {
            self.everything.entry(who).or_insert(binding);
        }
        self.given.entry(given(who, binding, place(binding))).or_insert(binding);
    }

    /// One that gives as much in more places, or is earlier; the same object twice is no such thing.
    fn wider(&self, who: Who<'a>, binding: &'a Binding) -> Option<&'a Binding> {
        let is_other = |other: &&Binding| other.meta.name.value != binding.meta.name.value;
        let everywhere = self.given.get(&given(who, binding, None)).filter(|_| !binding.cluster_wide);
        let earlier = self.given.get(&given(who, binding, place(binding))).copied().filter(is_other);
        let everything = self.everything.get(&who).copied().filter(|it| !std::ptr::eq(*it, binding));
        let everything = everything.filter(|it| is_other(it) || !binding.cluster_wide);
        everywhere
            .copied()
            .or(earlier)
            .or(everything.filter(|_| binding.role_ref.name.value != "cluster-admin"))
    }
}

fn given<'a>(who: Who<'a>, binding: &'a Binding, place: Option<&'a str>) -> Given<'a> {
    (who, binding.role_ref.kind.as_str(), binding.role_ref.name.as_str(), place)
}

fn place(binding: &Binding) -> Option<&str> {
    if binding.cluster_wide { None } else { Some(binding.meta.namespace_name().unwrap_or("")) }
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
