//! # What it finds
//! An RBAC rule with a verb of constrained impersonation: `impersonate:MODE` without `resourceNames`, or `impersonate-
//! on:MODE:VERB` on Secrets, RBAC objects or every resource.
//!
//! # Why it matters
//! The two halves together let a holder send requests as others. Without names the first half is open to every
//! identity, and the second half says what may be done in their name: with Secrets or roles in it that is as good as
//! having their rights.
//!
//! In the whole cluster it is a warning; in single namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Name the users, service accounts or nodes in `resourceNames`, and allow `impersonate-on` for the requests that are
//! needed only.
//!
//! # Limits
//! The verbs count from Kubernetes 1.35 on. `impersonate:associated-node` reaches no other node than that of the pod
//! and is left alone.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::semantics::rbac::reach::role_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "constrained-impersonation",
    summary: "constrained impersonation without names, or of somebody who reads secrets or writes roles",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("constrained_impersonation.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in &role.rules {
        for verb in rule.verbs.iter().filter(|verb| verb.value.starts_with("impersonate")) {
            let Some((message, help)) = judge(rule, verb.as_str()) else { continue };
            let reach = cx.survey.reach(role);
            let severity = if reach.is_cluster_wide() { Severity::Warning } else { Severity::Note };
            let finding = cx
                .report(verb.span, format!("{} may {message} {}", role_words(role), reach.words()))
                .severity(severity)
                .help(help);
            for (span, text) in reach.evidence() {
                finding.label(span, text);
            }
            break;
        }
    }
}

fn judge(rule: &RbacRule, verb: &str) -> Option<(String, &'static str)> {
    if let Some(mode) = verb.strip_prefix("impersonate:") {
        let whose = match mode {
            "user-info" => "any user or group",
            "serviceaccount" => "any service account",
            "arbitrary-node" => "any node",
            _ => return None,
        };
        let message = format!("send some requests as {whose}");
        return rule.resource_names.is_empty().then_some((message, "name them in `resourceNames`"));
    }
    let (_, allowed) = verb.strip_prefix("impersonate-on:")?.split_once(':')?;
    let sensitive = rule.resources.iter().find(|resource| SENSITIVE.contains(&resource.as_str()))?;
    let message = format!("use `{allowed}` on `{sensitive}` in the name of others");
    Some((message, "allow the requests that are needed only; these lead on to other rights"))
}

const SENSITIVE: [&str; 7] =
    ["*", "secrets", "roles", "clusterroles", "rolebindings", "clusterrolebindings", "serviceaccounts/token"];
