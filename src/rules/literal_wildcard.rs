//! # What it finds
//! A `*` in an RBAC rule that is no wildcard: `pods/*`, `*/*`, `app-*` in `resources`, `resourceNames` or `verbs`.
//!
//! # Why it matters
//! Wildcards are a lone `*`, `*/SUBRESOURCE` in `resources`, and a `*` at the end of `nonResourceURLs`. Anything else is compared
//! letter by letter and matches nothing: the access is missing, or is believed to be confined by a pattern.
//!
//! # How to fix it
//! List the names. `*` in `resources` takes in subresources by itself.
//!
//! # Limits
//! `DOMAIN/*` among the names of `signers` is what the API server asks for by that very name. Groups are `misspelled-api-group`, URLs `unmatchable-url`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "literal-wildcard",
    summary: "a `*` in an RBAC rule that is no wildcard",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("literal_wildcard.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in &role.rules {
        resources(rule, cx);
        if let Some(glob) = rule.resource_names.iter().find(|name| is_glob(rule, name.as_str())) {
            cx.report(glob.span, format!("`{glob}` is no wildcard in `resourceNames`: it matches no object"))
                .help("leave `resourceNames` out, or list the names");
        }
        for verb in rule.verbs.iter().filter(|verb| verb.value.contains('*') && verb.value != "*") {
            cx.report(verb.span, format!("`{verb}` is no wildcard: it matches no verb"))
                .help("list the verbs");
        }
    }
}

/// True for a `*` in a name; the one of `signers` for a whole domain is written so.
fn is_glob(rule: &RbacRule, name: &str) -> bool {
    let of_signers = rule.resources.iter().any(|resource| resource.value == "signers");
    name.contains('*') && !(of_signers && name.strip_suffix("/*").is_some_and(|domain| !domain.contains('*')))
}

fn resources(rule: &RbacRule, cx: &mut Context<'_>) {
    // Beside a lone `*` it takes nothing away.
    if rule.resources.iter().any(|resource| resource.value == "*") {
        return;
    }
    for resource in &rule.resources {
        let name = resource.as_str();
        let subresource_of_all = name.strip_prefix("*/").is_some_and(|part| !part.contains('*'));
        if !name.contains('*') || subresource_of_all {
            continue;
        }
        let help = match name.strip_suffix("/*") {
            Some("*") => "write `*`, which takes in subresources".to_owned(),
            Some(parent) => format!("list the subresources, such as `{parent}/status`"),
            None => "list the resources".to_owned(),
        };
        cx.report(resource.span, format!("`{name}` is no wildcard: it matches no resource")).help(help);
    }
}
