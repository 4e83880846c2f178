//! # What it finds
//! An auth role that binds the service account `default`.
//!
//! # Why it matters
//! Every pod that names no service account runs as `default`: all of them get the policies of the role.
//!
//! # How to fix it
//! Give the workload a service account of its own and bind that.
//!
//! # Limits
//! A role for all service accounts of a namespace is reported as `wildcard-service-account`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "default-service-account",
    summary: "an auth role for the service account that every pod has",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("default_service_account.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for entry in role.names().iter().filter(|entry| entry.value == "default") {
        let is_wild = role.namespaces().iter().any(|namespace| bound::admits_all(&namespace.value));
        let place = match role.namespaces() {
            _ if is_wild => "of the cluster".to_owned(),
            [] => "of its namespaces".to_owned(),
            [one] => format!("of namespace `{one}`"),
            [one, other] => format!("of namespaces `{one}` and `{other}`"),
            [one, rest @ ..] => format!("of namespace `{one}` and {} others", rest.len()),
        };
        cx.report(
            entry.span,
            format!("every pod {place} that names no service account gets in by {}", role.words()),
        )
        .help("give the workload a service account of its own and bind that");
    }
}
