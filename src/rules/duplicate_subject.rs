//! # What it finds
//! A subject that the same binding has already.
//!
//! # Why it matters
//! It grants nothing more. Often another subject was meant, and a copy was never changed; and whoever takes one of the two out
//! believes the access gone.
//!
//! # How to fix it
//! Remove it, or correct it to the subject that was meant.
//!
//! # Limits
//! The spellings `ServiceAccount` and `User system:serviceaccount:NAMESPACE:NAME` mean the same; an absent namespace means
//! that of the RoleBinding.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::rbac::reach::subject_words;
use crate::semantics::rbac::subjects::service_account;
use crate::syntax::Spanned;
use crate::syntax::yaml::cut;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "duplicate-subject",
    summary: "a subject that the binding has already",
    category: Category::Suspicious,
    check: Check::Binding(check),
    fixable: true,
    source: include_str!("duplicate_subject.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if binding.subjects.len() < 2 {
        return;
    }
    let mut seen: HashMap<Who<'_>, &Subject> = HashMap::new();
    for subject in binding.subjects.iter().filter(|subject| !subject.name.value.is_empty()) {
        let Some(first) = seen.get(&who(binding, subject)).copied() else {
            seen.insert(who(binding, subject), subject);
            continue;
        };
        let words = subject_words(binding, subject);
        // Of a binding that is refused for this entry, what is left might be taken.
        let is_spelled_alike = spelling(subject) == spelling(first) && !cx.project.has_fault_in(subject.span);
        let edits = cx.project.sources.get(subject.span.source).and_then(|source| {
            cut::list_item(&source.text, subject.span).map(|item| vec![Edit::replace(item, "")])
        });
        let finding = cx.report(subject.span, format!("{words} is a subject of this binding already"));
        finding.label(first.span, "here").help("remove it, or name the subject that was meant");
        match edits {
            Some(edits) if is_spelled_alike => {
                finding.fix("remove the second", edits);
            }
            Some(edits) => {
                finding.unsafe_fix("remove the second", edits);
            }
            None => {}
        }
    }
}

/// What the API server looks at to take a subject or not.
fn spelling(subject: &Subject) -> (&str, Option<&str>, Option<&str>) {
    let namespace = subject.namespace.as_ref().map(Spanned::as_str);
    (subject.kind.as_str(), namespace, subject.api_group.as_ref().map(Spanned::as_str))
}

/// Kind, namespace and name; service accounts are one kind, however spelled.
type Who<'a> = (&'a str, &'a str, &'a str);

fn who<'a>(binding: &'a Binding, subject: &'a Subject) -> Who<'a> {
    match service_account(binding, subject) {
        Some((namespace, name)) => ("ServiceAccount", namespace, name),
        None => (subject.kind.as_str(), "", subject.name.as_str()),
    }
}
