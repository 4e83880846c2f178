//! # What it finds
//! A user name that is a mail address with capital letters.
//!
//! # Why it matters
//! Kubernetes compares names letter by letter, and most identity providers hand out addresses in lower case: the binding
//! then grants nothing.
//!
//! # How to fix it
//! Write the address as the identity provider does, mostly in lower case.
//!
//! # Limits
//! Some providers keep the case in which somebody registered; then the name is right as it stands.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::Binding;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mixed-case-email",
    summary: "a user named by a mail address with capital letters",
    category: Category::Pedantic,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("mixed_case_email.rs"),
};

fn check(binding: &Binding, cx: &mut Context<'_>) {
    for subject in binding.subjects.iter().filter(|subject| subject.kind.value == "User") {
        let name = subject.name.as_str();
        let lower = name.to_lowercase();
        let is_address = name.split_once('@').is_some_and(|(_, domain)| domain.contains('.'));
        if is_address && lower != name {
            cx.report(subject.name.span, format!("`{name}` is compared letter by letter, capitals included"))
                .help(format!("write `{lower}` if that is what the identity provider says"));
        }
    }
}
