//! # What it finds
//! An RBAC rule that allows `create` on `serviceaccounts/token` without naming the service accounts.
//!
//! # Why it matters
//! Whoever holds it can mint a token for any service account in reach and so become it, in Kubernetes and in every Vault
//! role that is bound to one. In the whole cluster that includes the controllers of `kube-system`, which can do anything.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the service accounts in `resourceNames`. It works here, other than for most uses of `create`: the request is made
//! on a subresource and carries the service account's name.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::RbacRole;
use crate::semantics::rbac::reach::{Reach, role_words};
use crate::semantics::rbac::{Request, allows, builtin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unscoped-token-request",
    summary: "an RBAC rule that mints tokens for any service account in its reach",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("unscoped_token_request.rs"),
};

const MINT: Request<'static> =
    Request { verb: "create", group: "", resource: "serviceaccounts/token", name: None };

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    // The request always carries a name, so that an empty entry of `resourceNames` fits none.
    for rule in role.rules.iter().filter(|rule| rule.resource_names.is_empty()) {
        let Some(allowance) = allows(rule, &MINT) else { continue };
        if allowance.verb.value == "*" || allowance.resource.value == "*" {
            continue;
        }
        let reach = cx.survey.reach(role);
        let severity = match reach {
            Reach::ClusterWide(_) => Severity::Error,
            Reach::Namespaces(_) | Reach::Aggregated(_) => Severity::Warning,
            Reach::Unbound => Severity::Note,
        };
        let message =
            format!("{} may mint a token for any service account {}", role_words(role), reach.words());
        let finding = cx
            .report(allowance.resource.span, message)
            .severity(severity)
            .help("name the service accounts in `resourceNames`: a token request carries the name");
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}
