//! # What it finds
//! A resource that none of the rule's API groups has: a slip, a kind or a short name for the plural, a subresource that does
//! not exist.
//!
//! # Why it matters
//! Kubernetes takes any text and compares it letter by letter. The rule grants nothing there, and whoever needs the access is
//! told "forbidden".
//!
//! # How to fix it
//! Write the plural as in the URLs of the API, such as `pods` and `persistentvolumeclaims`; `kubectl api-resources` lists them.
//!
//! # Limits
//! Judged is what lies in groups of Kubernetes itself, up to version 1.34. A name that belongs to another group is
//! `wrong-api-group`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRule};
use crate::model::kube::resource::{self, Resource};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::served::{group_words, only_known_groups, served};
use crate::syntax::Spanned;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-rbac-resource",
    summary: "a resource that the API group does not have",
    category: Category::Suspicious,
    check: Check::RbacRole(check),
    fixable: true,
    source: include_str!("unknown_rbac_resource.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    for rule in role.rules.iter().filter(|rule| only_known_groups(rule)) {
        for resource in &rule.resources {
            let name = resource.as_str();
            if name.contains('*') || served(rule, name).is_some() || builtin::is_own_role(role) {
                continue;
            }
            let word = name.split('/').next().unwrap_or(name);
            let elsewhere = resource::named(word);
            if !elsewhere.is_empty() && served(rule, word).is_none() {
                continue;
            }
            report(rule, resource, cx);
        }
    }
}

fn report(rule: &RbacRule, resource: &Spanned<String>, cx: &mut Context<'_>) {
    let name = resource.as_str();
    let (word, part) = match name.split_once('/') {
        Some((word, part)) => (word, Some(part)),
        None => (name, None),
    };
    let meant = match served(rule, word) {
        Some(known) => {
            let near = part.and_then(|part| known.resource.nearest_subresource(part));
            near.map(|near| format!("{word}/{}", near.name))
        }
        None => {
            let found =
                meant(rule, word).filter(|found| part.is_none_or(|part| found.subresource(part).is_some()));
            let whole = |found: &Resource| match part {
                Some(part) => format!("{}/{part}", found.name),
                None => found.name.to_owned(),
            };
            found.map(whole)
        }
    };
    let place = cx.project.sources.verbatim(resource);
    let count = if rule.api_groups.len() == 1 { "the API group" } else { "none of the API groups" };
    let message = match rule.api_groups.len() {
        1 => format!("{count} {} has no resource `{name}`", group_words(rule)),
        _ => format!("{count} {} has a resource `{name}`", group_words(rule)),
    };
    if name.is_empty() {
        cx.report(resource.span, "an empty entry means no resource").help("name the resource, or remove it");
        return;
    }
    let finding = cx.report(resource.span, message);
    let Some(meant) = meant else {
        finding.help("`kubectl api-resources` lists what there is");
        return;
    };
    finding.help(format!("did you mean `{meant}`?"));
    if let Some(place) = place {
        finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(place, meant.as_str())]);
    }
}

fn meant(rule: &RbacRule, word: &str) -> Option<&'static Resource> {
    let groups = || rule.api_groups.iter().map(|group| group.as_str());
    groups()
        .find_map(|group| resource::called(word, Some(group)))
        .or_else(|| groups().find_map(|group| resource::nearest(word, Some(group))))
}
