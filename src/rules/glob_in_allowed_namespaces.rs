//! # What it finds
//! An entry of `allowedNamespaces` of a VaultAuth or VaultAuthGlobal with a `*` in it that is no wildcard: `team-*`, or `*` beside
//! other entries.
//!
//! # Why it matters
//! The operator compares letter by letter; only a list of nothing but `*` means all. The namespaces that were meant are refused.
//!
//! # How to fix it
//! List the namespaces, or write `["*"]`.
//!
//! # Limits
//! None.

use crate::lint::{Category, Check, Context, Rule};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "glob-in-allowed-namespaces",
    summary: "a pattern of namespaces that is taken letter by letter",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("glob_in_allowed_namespaces.rs"),
};

fn check(cx: &mut Context<'_>) {
    let consumers = &cx.project.consumers;
    let auths = consumers.vault_auths.iter().map(|auth| &auth.allowed_namespaces);
    let globals = consumers.vault_auth_globals.iter().map(|auth| &auth.allowed_namespaces);
    for list in auths.chain(globals) {
        if let [only] = list.as_slice()
            && only.value == "*"
        {
            continue;
        }
        for entry in list.iter().filter(|entry| entry.value.contains('*')) {
            cx.report(
                entry.span,
                format!("`{entry}` is compared letter by letter: no namespace has that name"),
            )
            .help("list the namespaces; only a list of nothing but `*` means all");
        }
    }
}
