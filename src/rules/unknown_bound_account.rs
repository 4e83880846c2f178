//! # What it finds
//! A service account of an auth role that none of the inputs declares or runs a workload as, while they declare others
//! in the same namespace.
//!
//! # Why it matters
//! Vault never looks: with a misspelt name the login of the real account fails, and whoever creates an account of the
//! name gets in.
//!
//! # How to fix it
//! Correct the name, or add the service account to the inputs.
//!
//! # Limits
//! Silent for wildcards, and where no input declares a service account in the namespaces of the role.

use std::cell::LazyCell;

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::spec::names::SERVICE_ACCOUNT;
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::inhabitants::Inhabitants;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-bound-account",
    summary: "a bound service account that no input holds",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("unknown_bound_account.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.service_accounts.is_empty() {
        return;
    }
    let known = LazyCell::new(|| Inhabitants::of(project));
    for role in project.auth_roles.iter().filter(|role| !role.namespaces().is_empty()) {
        look(role, &known, cx);
    }
}

fn look(role: &AuthRole, known: &Inhabitants<'_>, cx: &mut Context<'_>) {
    let namespaces = role.namespaces();
    let is_plain = |text: &str| !text.is_empty() && !text.contains(['*', '{', '$']);
    if !namespaces.iter().all(|namespace| is_plain(&namespace.value)) {
        return;
    }
    let declared: Vec<&str> =
        namespaces.iter().flat_map(|namespace| known.declared_in(namespace.as_str())).collect();
    if declared.is_empty() {
        return;
    }
    let is_name = |text: &str| SERVICE_ACCOUNT.admits(text) && text != "default";
    for name in role.names().iter().filter(|name| is_name(&name.value)) {
        if namespaces.iter().any(|namespace| known.has_account(namespace.as_str(), name.as_str())) {
            continue;
        }
        let message = format!("{} binds service account `{name}`, which no input holds", role.words());
        let place = cx.project.sources.verbatim(name);
        let finding = cx.report(name.span, message);
        match nearest(name.as_str(), declared.iter().copied()) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?"));
                if let Some(place) = place {
                    finding.unsafe_fix(format!("bind `{meant}`"), vec![Edit::replace(place, meant)]);
                }
            }
            None => {
                finding
                    .severity(Severity::Note)
                    .help("Vault takes any name: check that it exists, or add it to the inputs");
            }
        }
    }
}
