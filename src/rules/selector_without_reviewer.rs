//! # What it finds
//! An auth role with a namespace selector, on an auth mount that has neither a reviewer nor the token of Vault's pod.
//!
//! # Why it matters
//! To look at the labels of a namespace Vault needs a token of its own. Without one every login by the selector ends in
//! `TokenReviewer JWT needs to be configured to use namespace selectors`.
//!
//! # How to fix it
//! Give the mount a reviewer that may `get` namespaces, or list the namespaces.
//!
//! # Limits
//! Silent where the list of namespaces holds `*`, which is tried first.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::bound::{self, Breadth};
use crate::semantics::login::{AuthMethod, Reviewing};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "selector-without-reviewer",
    summary: "a namespace selector that Vault has no token to evaluate with",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("selector_without_reviewer.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.is_empty() || cx.project.auth_mounts.is_empty() {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        if method.reviewing() != Reviewing::Caller {
            continue;
        }
        for role in method.roles() {
            let selector = role.fields.text("bound_service_account_namespace_selector");
            let listed = matches!(bound::breadth(role.namespaces()), Breadth::Everything(_));
            let Some(selector) = selector.filter(|it| !it.value.is_empty() && !listed) else { continue };
            let finding = cx
                .report(
                    selector.span,
                    format!("Vault has no token to look at the labels of namespaces with, so {} admits nobody by them", role.words()),
                )
                .help("give the mount a `reviewer`, or list the namespaces");
            if let Some(disabled) = method.local_jwt_disabled() {
                finding.label(disabled.span, "Vault does not use the token of its own pod");
            }
        }
    }
}
