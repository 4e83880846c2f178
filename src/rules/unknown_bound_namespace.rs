//! # What it finds
//! A Kubernetes namespace of an auth role, or of a role of the secrets engine, that no input speaks of, while Namespace
//! objects are among them.
//!
//! # Why it matters
//! Nobody is admitted from it, until somebody creates a namespace of the name.
//!
//! # How to fix it
//! Correct the name, or add the namespace to the inputs.
//!
//! # Limits
//! Silent for wildcards, and where the inputs hold no Namespace object. Without a similar name it is a note.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::spec::names::NAMESPACE;
use crate::semantics::inhabitants::Inhabitants;
use crate::syntax::Spanned;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-bound-namespace",
    summary: "a bound namespace that no input holds",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("unknown_bound_namespace.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.kubernetes_namespaces.is_empty() {
        return;
    }
    let known = Inhabitants::of(project);
    for role in &project.auth_roles {
        look(role.namespaces(), &role.words(), &known, cx);
    }
    for role in &project.secrets_roles {
        let owner = format!("secrets role `{}`", role.name);
        look(role.fields.list("allowed_kubernetes_namespaces"), &owner, &known, cx);
    }
}

fn look(list: &[Spanned<String>], owner: &str, known: &Inhabitants<'_>, cx: &mut Context<'_>) {
    for name in list {
        if !NAMESPACE.admits(&name.value) || known.has_namespace(name.as_str()) {
            continue;
        }
        let place = cx.project.sources.verbatim(name);
        let finding =
            cx.report(name.span, format!("{owner} names namespace `{name}`, which no input speaks of"));
        match nearest(name.as_str(), known.namespaces()) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?"));
                if let Some(place) = place {
                    finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(place, meant)]);
                }
            }
            None => {
                finding.severity(Severity::Note).help("check that it exists, or add it to the inputs");
            }
        }
    }
}
