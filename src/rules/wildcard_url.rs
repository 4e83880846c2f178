//! # What it finds
//! A ClusterRole on every URL of the API server, or on all below `/debug` or `/logs`.
//!
//! # Why it matters
//! Beside health and metrics there are profiles of the server's memory, its logs, and whatever a later version serves.
//!
//! In the whole cluster it is a warning, while nothing binds it a note.
//!
//! # How to fix it
//! List the paths that are used, such as `/metrics` and `/healthz`.
//!
//! # Limits
//! A role that may do everything anyway is reported as `wildcard-resource` alone. RoleBindings give nothing on URLs.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::reach::{Reach, role_words};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-url",
    summary: "a ClusterRole on every URL of the API server",
    category: Category::Security,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("wildcard_url.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if role.kind == RbacRoleKind::Role || builtin::is_own_role(role) {
        return;
    }
    let everything = role.rules.iter().any(|rule| {
        let star = |words: &[crate::syntax::Spanned<String>]| words.iter().any(|word| word.value == "*");
        star(&rule.resources) && star(&rule.verbs) && star(&rule.api_groups)
    });
    for rule in role.rules.iter().filter(|_| !everything) {
        let Some((url, what)) =
            rule.non_resource_urls.iter().find_map(|url| Some((url, breadth(url.as_str())?)))
        else {
            continue;
        };
        let reach = cx.survey.reach(role);
        if matches!(reach, Reach::Namespaces(_)) {
            continue;
        }
        let severity = if reach.is_unbound() { Severity::Note } else { Severity::Warning };
        let reads = rule.verbs.iter().all(|verb| matches!(verb.as_str(), "get" | "head" | "options"));
        let may = if reads { "read" } else { "read and change" };
        let message = format!("{} may {may} {what} of the API server", role_words(role));
        let finding = cx.report(url.span, message).severity(severity);
        finding.help("list the paths that are used, such as `/metrics` and `/healthz`");
        for (span, text) in reach.evidence() {
            finding.label(span, text);
        }
    }
}

/// What a pattern takes in, if that is much.
fn breadth(url: &str) -> Option<&'static str> {
    let prefix = url.strip_suffix('*')?.trim_end_matches('*');
    match prefix {
        "" | "/" => Some("every URL"),
        "/debug" | "/debug/" | "/debug/pprof" | "/debug/pprof/" => Some("the profiles (`/debug`)"),
        "/logs" | "/logs/" | "/log" => Some("the logs (`/logs`)"),
        _ => None,
    }
}
