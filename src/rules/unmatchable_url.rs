//! # What it finds
//! An entry of `nonResourceURLs` that no request meets - without a slash in front, or with a `*` elsewhere than at the end -, and
//! verbs of resources beside URLs.
//!
//! # Why it matters
//! Paths are compared letter by letter, and their verbs are HTTP methods in lower case: `list` and `watch` grant nothing there.
//!
//! # How to fix it
//! Write the whole path from its first slash, a `*` only at its end, and `get`.
//!
//! # Limits
//! Whether something answers at the path is not known.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource::URL_VERBS;
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unmatchable-url",
    summary: "a URL, or a verb for URLs, that no request meets",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("unmatchable_url.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in role.rules.iter().filter(|rule| !rule.non_resource_urls.is_empty()) {
        if builtin::is_own_role(role) {
            return;
        }
        for url in &rule.non_resource_urls {
            let inner = url.value.trim_end_matches('*');
            if inner.contains('*') {
                cx.report(url.span, format!("`{url}` matches no path: a `*` counts at the end only"))
                    .help("list the paths");
            } else if !inner.is_empty() && !inner.starts_with('/') {
                cx.report(url.span, format!("`{url}` matches no path: paths begin with a slash"))
                    .help(format!("write `/{url}`"));
            }
        }
        verbs(rule, cx);
    }
}

fn verbs(rule: &RbacRule, cx: &mut Context<'_>) {
    let is_method = |verb: &str| verb == "*" || URL_VERBS.contains(&verb);
    let effective = rule.verbs.iter().any(|verb| is_method(verb.as_str()));
    let wrong = rule.verbs.iter().find(|verb| !is_method(verb.as_str()));
    if let Some(verb) = wrong.filter(|_| !effective) {
        cx.report(verb.span, format!("`{verb}` is no HTTP method in lower case: it grants nothing on URLs"))
            .help("write `get`");
    }
}
