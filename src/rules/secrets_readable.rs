//! # What it finds
//! An RBAC rule that allows `get`, `list` or `watch` on Secrets without naming them.
//!
//! # Why it matters
//! `list` and `watch` return the content of every Secret, just as `get` does. Among them are tokens of service accounts,
//! which Vault takes for a login.
//!
//! In the whole cluster it is a warning; in single namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Name the Secrets in `resourceNames` and allow `get` alone.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`. Who may create pods or
//! write roles can read Secrets as well and is not reported here.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::reach::role_words;
use crate::semantics::rbac::{Allowance, Request, allows, builtin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "secrets-readable",
    summary: "an RBAC rule that reads every Secret in its reach",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("secrets_readable.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in &role.rules {
        let Some((verb, allowance)) = reads_secrets(rule) else { continue };
        let reach = cx.survey.reach(role);
        let message = format!("{} may `{verb}` every secret {}", role_words(role), reach.words());
        let help = match verb {
            "get" => "name the secrets in `resourceNames`",
            _ => {
                "`list` and `watch` return the content of all secrets: allow `get` with `resourceNames` instead"
            }
        };
        let severity = if reach.is_cluster_wide() { Severity::Warning } else { Severity::Note };
        let finding = cx.report(allowance.resource.span, message).severity(severity).help(help);
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}

/// The verb that reads the most, unless a wildcard gives it.
fn reads_secrets(rule: &RbacRule) -> Option<(&'static str, Allowance<'_>)> {
    ["list", "watch", "get"].into_iter().find_map(|verb| {
        // `get` always names its Secret, so that an empty entry of `resourceNames` fits none.
        if verb == "get" && !rule.resource_names.is_empty() {
            return None;
        }
        let allowance = allows(rule, &Request { verb, group: "", resource: "secrets", name: None })?;
        let spelled_out = allowance.verb.value != "*" && allowance.resource.value != "*";
        spelled_out.then_some((verb, allowance))
    })
}
