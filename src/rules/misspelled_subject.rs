//! # What it finds
//! A subject that nobody is: a `*` as name, a group written as user or the other way round, a service account with its full
//! user name, a slip in one of the names of the system.
//!
//! # Why it matters
//! Kubernetes compares names letter by letter and takes any text. The binding grants nothing to those whom it was meant
//! for, and whoever is given that name later holds the role.
//!
//! # How to fix it
//! Write the subject that is meant. Groups of the system are kind `Group`; a service account is kind `ServiceAccount` with
//! its short name and its `namespace`.
//!
//! # Limits
//! Users and groups that the identity provider names cannot be known.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::rbac::builtin;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "misspelled-subject",
    summary: "a subject that nobody is",
    category: Category::Suspicious,
    check: Check::Binding(check),
    fixable: false,
    source: include_str!("misspelled_subject.rs"),
};

const GROUPS: [&str; 6] = [
    "system:authenticated",
    "system:unauthenticated",
    "system:serviceaccounts",
    "system:masters",
    "system:nodes",
    "system:bootstrappers",
];
const ACCOUNT: &str = "system:serviceaccount:";

fn check(binding: &Binding, cx: &mut Context<'_>) {
    if builtin::is_own_binding(binding) {
        return;
    }
    for subject in &binding.subjects {
        if let Some((why, help)) = fault(subject) {
            cx.report(subject.name.span, why).help(help);
        }
    }
}

/// What is wrong, and what is meant.
fn fault(subject: &Subject) -> Option<(String, String)> {
    let name = subject.name.as_str();
    let kind = subject.kind.as_str();
    if name.contains('*') {
        let help = match kind {
            "ServiceAccount" => "for all of a namespace bind the Group `system:serviceaccounts:NAMESPACE`",
            _ => "list those who are meant; everybody who can log in is the Group `system:authenticated`",
        };
        return Some((format!("`{name}` is no wildcard: no {kind} has that name"), help.to_owned()));
    }
    match kind {
        // `system-masters-subject` says what that one is.
        "User" if name == "system:masters" => None,
        "User" if GROUPS.contains(&name) || name.starts_with("system:serviceaccounts:") => {
            Some((format!("`{name}` is a group, not a user"), "write `kind: Group`".to_owned()))
        }
        "User" => {
            let rest = name.strip_prefix(ACCOUNT)?;
            let parts = rest.split(':').filter(|part| !part.is_empty()).count();
            (parts != 2 || rest.split(':').count() != 2).then(|| {
                (
                    format!("`{name}` is the user name of no service account"),
                    format!(
                        "write `kind: ServiceAccount` with name and namespace, or `{ACCOUNT}NAMESPACE:NAME`"
                    ),
                )
            })
        }
        "Group" if name.starts_with(ACCOUNT) || name == "system:anonymous" => {
            let help = if name == "system:anonymous" {
                "requests without credentials are in the group `system:unauthenticated`"
            } else {
                "write `kind: ServiceAccount` with name and namespace"
            };
            Some((format!("`{name}` is a user, not a group"), help.to_owned()))
        }
        "Group" if name.starts_with("system:") => {
            let known = GROUPS.contains(&name)
                || ["system:serviceaccounts:", "system:bootstrappers:"].iter().any(|it| name.starts_with(it));
            let meant = nearest(name, GROUPS).filter(|_| !known)?;
            Some((format!("there is no group `{name}`"), format!("did you mean `{meant}`?")))
        }
        "ServiceAccount" if name.starts_with(ACCOUNT) || name.contains(':') => {
            let short = name.rsplit(':').next().unwrap_or(name);
            Some((
                format!("`{name}` is the name of no service account"),
                format!("write its short name, `{short}`, and its namespace beside it"),
            ))
        }
        _ => None,
    }
}
