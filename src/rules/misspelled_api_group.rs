//! # What it finds
//! An entry of `apiGroups` that is no API group: `core` or `v1` for the core group, a group with its version, a kind, a
//! pattern, a slip in the name of one of Kubernetes' groups.
//!
//! # Why it matters
//! Kubernetes takes any text and compares it letter by letter. The rule grants nothing there, and whoever needs the access is
//! told "forbidden".
//!
//! # How to fix it
//! The core group is `""`; other groups are what stands before the slash of `apiVersion`.
//!
//! # Limits
//! Groups of custom resources cannot be known; a slip is reported where the group that was meant has the resources of the rule.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource;
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::is_known_group;
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "misspelled-api-group",
    summary: "an entry of `apiGroups` that is no API group",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: true,
    source: include_str!("misspelled_api_group.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in &role.rules {
        for group in rule.api_groups.iter().filter(|group| !is_known_group(group.as_str())) {
            if let Some(fault) = fault(rule, group.as_str()) {
                report(rule, group, &fault, cx);
            }
        }
    }
}

/// What is wrong with a group.
struct Fault {
    why: String,
    /// The group that is meant, if that is known.
    meant: Option<String>,
}

fn fault(rule: &RbacRule, group: &str) -> Option<Fault> {
    let sure = |why: &str, meant: &str| Fault { why: why.to_owned(), meant: Some(meant.to_owned()) };
    if group == "*" {
        return None;
    }
    if matches!(group, "core" | "v1" | "core/v1" | "api/v1" | "legacy") {
        return Some(sure("the core group is written `\"\"`", ""));
    }
    if let Some((name, _)) = group.split_once('/') {
        return Some(sure("a group is written without its version", name));
    }
    if group.contains('*') {
        let why = "only a lone `*` is a wildcard".to_owned();
        return Some(Fault { why, meant: None });
    }
    let lower = group.to_lowercase();
    if lower != group && is_known_group(&lower) {
        return Some(sure("groups are written in lower case", &lower));
    }
    // A kind or a resource, of which the group is known.
    if !group.contains('.')
        && let Some(known) = resource::called(group, None)
    {
        let why = format!("`{group}` is a kind of resource");
        return Some(Fault { why, meant: Some(known.group.to_owned()) });
    }
    let near = resource::nearest_group(group)?;
    let holds = |resource: &Spanned<String>| resource::find(near, resource.as_str()).is_some();
    let fits = !rule.resources.is_empty() && rule.resources.iter().all(holds);
    fits.then(|| Fault { why: "no such group".to_owned(), meant: Some(near.to_owned()) })
}

fn report(rule: &RbacRule, group: &Spanned<String>, fault: &Fault, cx: &mut Context<'_>) {
    let place = cx.project.sources.verbatim(group);
    let is_there = |meant: &str| rule.api_groups.iter().any(|other| other.value == meant);
    let idle = fault.meant.as_deref().is_some_and(is_there);
    let finding = cx.report(group.span, format!("`{group}` is no API group: {}", fault.why));
    if idle {
        finding.severity(Severity::Note).help("leave it out: the right group stands beside it");
        return;
    }
    let Some(meant) = &fault.meant else {
        finding.help("list the groups");
        return;
    };
    let shown = if meant.is_empty() { "\"\"" } else { meant };
    finding.help(format!("write `{shown}`"));
    // Between quotes an empty text stands by itself.
    let is_quoted = place.is_some_and(|place| place != group.span);
    let text = if meant.is_empty() && !is_quoted { "\"\"" } else { meant };
    if let Some(place) = place {
        let edits = vec![Edit::replace(place, text)];
        finding.unsafe_fix(format!("write `{shown}`"), edits);
    }
}
