//! # What it finds
//! A part of an RBAC rule that no request ever meets: a resource in an API group that does not serve it, `pods/*`, a group
//! with a version, a `*` in `resourceNames`, `create` with `resourceNames`, an HTTP method for a verb, a verb that the
//! resource does not have, cluster-scoped resources in a Role.
//!
//! # Why it matters
//! Kubernetes takes any text and compares it letter by letter. The rule grants nothing there, and whoever needs the access
//! is told "forbidden".
//!
//! # How to fix it
//! The finding says which word is meant. Cluster-scoped resources need a ClusterRole and a ClusterRoleBinding.
//!
//! # Limits
//! Resources and verbs are judged in groups of Kubernetes itself only, as custom resources bring their own. A `create` with
//! `resourceNames` does let server-side apply create the object. Silent where another rule of the role gives the access; a
//! RoleBinding for token reviews is reported as `token-review-namespaced`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::resource::{self, Entry};
use crate::semantics::rbac::{Request, allows, builtin};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "ineffective-rbac-rule",
    summary: "a part of an RBAC rule that no request ever meets",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: false,
    source: include_str!("ineffective_rbac_rule.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if builtin::is_own_role(role) {
        return;
    }
    for rule in &role.rules {
        words(rule, cx);
        names(role, rule, cx);
        if role.kind == RbacRoleKind::Role {
            cluster_scoped(role, rule, cx);
        }
        for resource in &rule.resources {
            look(rule, resource, cx);
        }
    }
}

/// Groups and verbs that are none.
fn words(rule: &RbacRule, cx: &mut Context<'_>) {
    for group in &rule.api_groups {
        let (text, help) = match group.as_str() {
            "core" | "v1" => ("the core group is written `\"\"`", None),
            other => match other.split_once('/') {
                Some((name, _)) => ("a group is written without its version", Some(name)),
                None => continue,
            },
        };
        let help = help.map_or_else(|| "write `\"\"`".to_owned(), |name| format!("write `{name}`"));
        cx.report(group.span, format!("`{group}` is no API group: {text}")).help(help);
    }
    if rule.resources.is_empty() {
        return;
    }
    for verb in &rule.verbs {
        if let Some(meant) = meant_verb(verb.as_str()) {
            cx.report(verb.span, format!("`{verb}` is no verb of Kubernetes"))
                .help(format!("write `{meant}`"));
        }
    }
}

/// What is meant by HTTP methods, other spellings, and words of other systems.
fn meant_verb(verb: &str) -> Option<&'static str> {
    const VERBS: [&str; 8] =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    let lower = verb.to_ascii_lowercase();
    if let Some(known) = VERBS.into_iter().find(|known| *known == lower) {
        return (lower != verb).then_some(known);
    }
    match lower.as_str() {
        "post" => Some("create"),
        "put" => Some("update"),
        "read" => Some("get"),
        "write" => Some("create` and `update"),
        "edit" | "modify" => Some("update"),
        "remove" => Some("delete"),
        "delete-collection" => Some("deletecollection"),
        "all" => Some("*"),
        _ => {
            VERBS.into_iter().find(|known| known.len() > 3 && strsim::damerau_levenshtein(known, &lower) == 1)
        }
    }
}

/// Names that match nothing, and verbs whose requests carry none.
fn names(role: &RbacRole, rule: &RbacRule, cx: &mut Context<'_>) {
    if let Some(glob) = rule.resource_names.iter().find(|name| name.value.contains('*')) {
        cx.report(glob.span, format!("`{glob}` is no wildcard in `resourceNames`: it matches no object"))
            .help("leave `resourceNames` out, or list the names");
        return;
    }
    if rule.resource_names.is_empty() {
        return;
    }
    for verb in &rule.verbs {
        let unnamed = match verb.as_str() {
            "deletecollection" => true,
            // A request to a subresource carries the name of its parent.
            "create" => rule.resources.iter().all(|resource| !resource.value.contains('/')),
            _ => false,
        };
        if unnamed && !is_given_elsewhere(role, rule, verb.as_str()) {
            let aside = if verb.value == "create" { ", server-side apply aside" } else { "" };
            cx.report(
                verb.span,
                format!("`{verb}` has no effect beside `resourceNames`: its requests carry no name{aside}"),
            )
            .help(format!("allow `{verb}` in a rule without `resourceNames`"));
        }
    }
}

/// True if other rules of the role allow the verb on all resources of the rule, whatever their names.
fn is_given_elsewhere(role: &RbacRole, rule: &RbacRule, verb: &str) -> bool {
    rule.api_groups.iter().all(|group| {
        rule.resources.iter().all(|resource| {
            let request = Request { verb, group: group.as_str(), resource: resource.as_str(), name: None };
            role.rules.iter().any(|other| allows(other, &request).is_some())
        })
    })
}

/// One resource of a rule.
fn look(rule: &RbacRule, resource: &Spanned<String>, cx: &mut Context<'_>) {
    let name = resource.as_str();
    if let Some(parent) = name.strip_suffix("/*") {
        let help = if parent == "*" {
            "write `*`, which takes in subresources".to_owned()
        } else {
            format!("list the subresources, such as `{parent}/status`")
        };
        cx.report(resource.span, format!("`{name}` is no wildcard: it matches no resource")).help(help);
        return;
    }
    let groups = || rule.api_groups.iter().map(|group| group.as_str());
    if name.contains('*') || groups().any(|group| group == "*") {
        return;
    }
    if let Some(known) = served(rule, name) {
        reached(rule, resource, known, cx);
    } else if groups().all(is_known_group) && groups().next().is_some() {
        misplaced(rule, resource, cx);
    }
}

/// The resource that one of the rule's groups serves.
fn served(rule: &RbacRule, name: &str) -> Option<Entry> {
    rule.api_groups.iter().find_map(|group| resource::find(group.as_str(), name))
}

fn is_known_group(group: &str) -> bool {
    resource::is_built_in(group) || resource::is_former_group(group)
}

/// A resource that none of the groups serves.
fn misplaced(rule: &RbacRule, resource: &Spanned<String>, cx: &mut Context<'_>) {
    let name = resource.as_str();
    let only_core = rule.api_groups.iter().all(|group| group.value.is_empty());
    let groups: Vec<String> = rule.api_groups.iter().map(|group| format!("`\"{group}\"`")).collect();
    let message = format!("no API group of {} serves `{name}`", groups.join(", "));
    let (word, part) = name.split_once('/').unwrap_or((name, ""));
    let elsewhere = resource::named(word).iter().find(|known| resource::find(known.group, name).is_some());
    if let Some(elsewhere) = elsewhere {
        cx.report(resource.span, message).help(format!("it belongs to the group `\"{}\"`", elsewhere.group));
    } else if let Some(known) = served(rule, word) {
        if let Some(meant) = known.resource.nearest_subresource(part) {
            cx.report(resource.span, message).help(format!("did you mean `{word}/{}`?", meant.name));
        }
    } else if let Some(meant) = resource::nearest(word, Some("")).filter(|_| only_core) {
        let slash = if part.is_empty() { "" } else { "/" };
        cx.report(resource.span, message).help(format!("did you mean `{}{slash}{part}`?", meant.name));
    }
}

/// A resource that is served, but not so that the rule ever applies.
fn reached(rule: &RbacRule, resource: &Spanned<String>, known: Entry, cx: &mut Context<'_>) {
    // Kubernetes' own `view` reads them, although they can only be made; copies of it abound.
    if known.resource.name == "bindings" {
        return;
    }
    // Verbs that no API server asks about are other programs' words, or reported as such.
    let may_reach = |verb: &str| known.serves(verb) || !resource::is_verb(verb);
    if !rule.verbs.is_empty() && !rule.verbs.iter().any(|verb| may_reach(verb.as_str())) {
        // Beside other resources the verbs were written for those.
        let alone = rule.resources.len() == 1;
        let severity = if alone { Severity::Warning } else { Severity::Note };
        cx.report(resource.span, format!("`{resource}` serves none of these verbs"))
            .severity(severity)
            .help("leave it out, or allow the verb that it takes");
    }
}

/// Resources that belong to no namespace, in a Role: one cause, one finding.
fn cluster_scoped(role: &RbacRole, rule: &RbacRule, cx: &mut Context<'_>) {
    let groups = || rule.api_groups.iter().map(|group| group.as_str());
    let found: Vec<&Spanned<String>> = rule
        .resources
        .iter()
        .filter(|resource| {
            let known = served(rule, resource.as_str()).filter(|known| !known.resource.is_namespaced());
            known.is_some_and(|known| !applies_in_namespace(role, rule, known, cx))
        })
        .collect();
    let Some(first) = found.first().filter(|_| !groups().any(|group| group == "*")) else { return };
    let names: Vec<String> = found.iter().map(|resource| format!("`{resource}`")).collect();
    let belong = if found.len() == 1 { "which belongs" } else { "which belong" };
    cx.report(first.span, format!("a Role cannot allow {}, {belong} to no namespace", names.join(", ")))
        .help("put it into a ClusterRole, and bind that with a ClusterRoleBinding");
}

/// True if a Role can allow it all the same, or another finding speaks of it.
fn applies_in_namespace(role: &RbacRole, rule: &RbacRule, known: Entry, cx: &Context<'_>) -> bool {
    // In the namespace of its own name, a Namespace object can be read and changed.
    let own = ["get", "update", "patch", "delete", "*"];
    let namespace =
        known.resource.name == "namespaces" && rule.verbs.iter().any(|verb| own.contains(&verb.as_str()));
    let reviews = matches!(known.resource.name, "tokenreviews" | "subjectaccessreviews");
    let is_bound = || cx.project.bindings_to(role.kind, role.meta.name.as_str()).next().is_some();
    let serves = rule.verbs.iter().any(|verb| known.serves(verb.as_str()));
    namespace || !serves || (reviews && is_bound())
}
