//! # What it finds
//! An RBAC rule on a subresource of everything that leads to no further rights by itself: `*/finalizers`, `*/status`.
//!
//! # Why it matters
//! It means the subresource of every resource of its groups, those to come included.
//!
//! # How to fix it
//! Name the resource: `deployments/finalizers`.
//!
//! # Limits
//! `*/exec`, `*/proxy`, `*/token` and others that lead to further rights are reported for what they give. `*/scale`, which
//! autoscalers need, is not reported, nor is it to read `*/status`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::reach::role_words;
use crate::semantics::rbac::{builtin, powers};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-subresource",
    summary: "an RBAC rule on a subresource of everything",
    category: Category::Style,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("wildcard_subresource.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in &role.rules {
        for resource in &rule.resources {
            let Some(part) = resource.value.strip_prefix("*/").filter(|part| !part.contains('*')) else {
                continue;
            };
            let leads_on = || !powers::of_rule(rule, false).is_empty();
            if is_harmless(part, rule) || leads_on() || builtin::is_own_role(role) {
                continue;
            }
            let reach = cx.survey.reach(role);
            let message =
                format!("{} takes in `{part}` of every resource {}", role_words(role), reach.words());
            let evidence = reach.evidence();
            let finding = cx.report(resource.span, message);
            finding.help(format!("name the resource: `RESOURCE/{part}`"));
            for (span, text) in evidence {
                finding.label(span, text);
            }
        }
    }
}

/// What autoscalers need, and to look at a status.
fn is_harmless(part: &str, rule: &RbacRule) -> bool {
    let reads = rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "list" | "watch"));
    part == "scale" || (part == "status" && reads)
}
