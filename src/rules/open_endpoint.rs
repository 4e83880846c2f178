//! # What it finds
//! A rule for endpoints that answer without a token: `sys/health`, `sys/seal-status`, `sys/internal/ui/mounts`, the
//! logins of auth methods.
//!
//! # Why it matters
//! Policies have no say there. A grant is not needed, and a deny keeps nobody out.
//!
//! # How to fix it
//! Remove the rule. To keep people out, use the network or the settings of the listener.
//!
//! # Limits
//! A note for grants. Endpoints for root keys are left alone, as servers can be told to ask for a token there.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::endpoints::Api;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "open-endpoint",
    summary: "a rule for an endpoint that asks nobody for a token",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("open_endpoint.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if kv::has_usual_word(label) {
            continue;
        }
        let Some(below) = cx.survey.below(policy, rule) else { continue };
        if matches!(below.api, Api::Kv1 | Api::Kv2 | Api::Cubbyhole) || !below.is_open() {
            continue;
        }
        if rule.granted().denies() {
            cx.report(
                rule.path.span,
                format!("`{label}` answers without a token: this deny keeps nobody out"),
            )
            .help("use the network or the settings of the listener to keep people out");
        } else {
            cx.report(rule.path.span, format!("`{label}` answers without a token: it needs no rule"))
                .severity(Severity::Note)
                .help("remove the rule");
        }
    }
}
