//! # What it finds
//! An auth role that admits every service account of its namespaces, or all that fit a glob.
//!
//! # Why it matters
//! Every pod of the namespace becomes the role, also the ones that run with the `default` account.
//!
//! # How to fix it
//! List the service accounts.
//!
//! # Limits
//! Where the namespaces are `*` too, `wildcard-namespace` says both. A role whose policies are all templated by service
//! account gets a note only. Globs that run on inside a word are reported as `greedy-glob`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::auth_role::AuthRole;
use crate::semantics::bound::{self, Breadth};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-service-account",
    summary: "an auth role for every service account of a namespace",
    category: Category::Security,
    check: Check::AuthRole(check),
    fixable: false,
    source: include_str!("wildcard_service_account.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    match bound::breadth(role.names()) {
        Breadth::Everything(entry) => {
            let selects_all = role
                .fields
                .text("bound_service_account_namespace_selector")
                .is_some_and(|selector| bound::selector_admits_all(selector.value));
            let isolated = bound::isolated_by_service_account(role, cx.project);
            let anywhere = selects_all || matches!(bound::breadth(role.namespaces()), Breadth::Everything(_));
            // The other rule reports both at once, as one cause.
            if anywhere {
                return;
            }
            let finding = cx
                .report(
                    entry.span,
                    format!("auth role `{}` admits every service account of its namespaces", role.name),
                )
                .help("list the service accounts");
            if isolated {
                finding.severity(Severity::Note);
            }
        }
        Breadth::Globs(globs) => {
            if bound::isolated_by_service_account(role, cx.project) {
                return;
            }
            for glob in bound::on_boundaries(globs) {
                cx.report(
                    glob.span,
                    format!("auth role `{}` admits every service account like `{glob}`", role.name),
                )
                .severity(Severity::Note)
                .help("whoever may create a service account of such a name gets in: list the names");
            }
        }
        Breadth::Named => {}
    }
}
