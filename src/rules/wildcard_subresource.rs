//! # What it finds
//! An RBAC rule on a subresource of everything: `*/exec`, `*/proxy`, `*/token`, `*/status`.
//!
//! # Why it matters
//! It means the subresource of every resource of the group: `*/proxy` is `nodes/proxy`, which reaches every kubelet, and
//! `*/token` mints tokens of every service account.
//!
//! How loud it is depends on what it comes to and on how far it is bound.
//!
//! # How to fix it
//! Name the resource: `pods/exec`, `services/proxy`.
//!
//! # Limits
//! `*/scale`, which autoscalers need, is not reported, nor is it to read `*/status`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::powers;
use crate::semantics::rbac::reach::{self, Reach, role_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-subresource",
    summary: "an RBAC rule on a subresource of everything",
    category: Category::Security,
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
            if is_harmless(part, rule) || builtin::is_own_role(role) {
                continue;
            }
            let reach = reach::of(cx.project, role);
            let powers = powers::of_rule(rule, matches!(reach, Reach::Namespaces(_)));
            let severity = match reach {
                Reach::Unbound => Severity::Note,
                _ if powers.is_empty() => Severity::Note,
                Reach::ClusterWide(_) if powers.iter().any(|power| power.takes_over) => Severity::Error,
                _ => Severity::Warning,
            };
            let message = format!("{} takes in `{part}` of every resource {}", role_words(role), reach.words());
            let does: Vec<&str> = powers.iter().map(|power| power.does).collect();
            let help = match does.as_slice() {
                [] => format!("name the resource, such as `pods/{part}`"),
                does => format!(
                    "name the resource, such as `pods/{part}`; as written, the holder can {}",
                    does.join(", ")
                ),
            };
            let finding = cx.report(resource.span, message).severity(severity).help(help);
            for (span, text) in reach.evidence() {
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
