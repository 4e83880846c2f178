//! # What it finds
//! A name or namespace of an auth role that Kubernetes could never hold: upper case, `_`, `?`, `/`,
//! `system:serviceaccount:…`, a namespace with a dot.
//!
//! # Why it matters
//! Vault takes it without a word, and nobody is admitted by it. Comparison is letter for letter, and `*` is the only
//! wildcard.
//!
//! # How to fix it
//! Write the name as Kubernetes has it; the namespace goes into its own list.
//!
//! # Limits
//! Entries with template syntax are left alone. A list that was written as JSON text is reported as `list-in-text`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::spec::names::BOUND_NAME;
use crate::model::vault::auth_role::AuthRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unmatchable-bound-name",
    summary: "an entry of a bound list that no name can match",
    category: Category::Correctness,
    check: Check::AuthRole(check),
    fixable: true,
    source: include_str!("unmatchable_bound_name.rs"),
};

fn check(role: &AuthRole, cx: &mut Context<'_>) {
    for entry in role.names().iter().filter(|entry| !fits(&entry.value, false)) {
        report(role, entry, false, cx);
    }
    for entry in role.namespaces().iter().filter(|entry| !fits(&entry.value, true)) {
        report(role, entry, true, cx);
    }
}

fn report(role: &AuthRole, entry: &crate::syntax::Spanned<String>, is_namespace: bool, cx: &mut Context<'_>) {
    let text = entry.as_str();
    if ["{{", "$", "<%", "[", "]", "\""].iter().any(|mark| text.contains(mark)) {
        return;
    }
    let what = if is_namespace { "namespace" } else { "service account" };
    let lower = text.to_lowercase();
    let place = cx.project.sources.verbatim(entry);
    let finding = cx.report(
        entry.span,
        if text.is_empty() {
            format!("an empty entry admits no {what} to {}", role.words())
        } else {
            format!("no {what} can be called `{text}`, so it admits nobody to {}", role.words())
        },
    );
    if fits(&lower, is_namespace) {
        finding.help(format!("names are in lower case: write `{lower}`"));
        if let Some(place) = place {
            finding.unsafe_fix(format!("write `{lower}`"), vec![Edit::replace(place, lower)]);
        }
    } else if text.contains([':', '/']) {
        finding.help(
            "write the name of the service account alone; its namespace goes into `bound_service_account_namespaces`",
        );
    } else if text.contains(['?', '^', '(', '|', '+']) {
        finding.help("`*` is the only wildcard, and stands for any run of characters");
    } else {
        finding.help(format!(
            "it must be {}",
            if is_namespace { "lower-case letters and digits with `-` inside only" } else { BOUND_NAME.says }
        ));
    }
}

fn fits(text: &str, is_namespace: bool) -> bool {
    BOUND_NAME.admits(text) && !(is_namespace && text.contains('.'))
}
