//! # What it finds
//! An RBAC rule all of which other rules of the same role grant already.
//!
//! # Why it matters
//! It is one more rule to read, and whoever removes the access in one place believes it gone.
//!
//! # How to fix it
//! Remove it.
//!
//! # Limits
//! Each piece of the rule must stand in a single other rule, as in the API server's own comparison. Wildcards count as
//! more than any list. What a rule on everything makes redundant is not listed: `wildcard-resource` reports that rule.
//! Of hundreds of rules about one resource, each is compared with the first 300.

use std::collections::{HashMap, HashSet};

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::semantics::covers::{Atom, atoms, is_covered};
use crate::semantics::rbac::builtin;
use crate::syntax::yaml::cut;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "redundant-rbac-rule",
    summary: "an RBAC rule that other rules of the role cover",
    category: Category::Style,
    check: Check::RbacRole(check),
    fixable: true,
    source: include_str!("redundant_rbac_rule.rs"),
};

fn check(role: &RbacRole, cx: &mut Context<'_>) {
    if role.rules.len() < 2 || builtin::is_own_role(role) {
        return;
    }
    let entries = by_entry(role);
    let mut removed: HashSet<usize> = HashSet::new();
    // Of two equal rules the later one is too much.
    for (at, rule) in role.rules.iter().enumerate().rev() {
        let mut covering: Option<&RbacRule> = None;
        let mut any = false;
        let covered = atoms(rule).all(|atom| {
            any = true;
            let others = candidates(&entries, &atom).filter(|other| *other != at && !removed.contains(other));
            let mut others = others.filter_map(|other| role.rules.get(other));
            let by = others.find(|other| is_covered(&[other], &atom));
            covering = covering.or(by);
            by.is_some()
        });
        if let Some(by) = covering.filter(|by| covered && any && !is_everything(by)) {
            removed.insert(at);
            let what = rule.resources.first().or(rule.non_resource_urls.first());
            let span = what.map_or(rule.span, |what| what.span);
            let source = cx.project.sources.get(rule.span.source);
            let item = source.and_then(|source| cut::list_item(&source.text, rule.span));
            let edits = item.map(|item| vec![Edit::replace(item, "")]);
            let is_taken = is_taken(role, rule) && !cx.project.has_fault_in(rule.span);
            let finding =
                cx.report(span, "this rule grants nothing that other rules of the role do not grant");
            finding
                .label(by.resources.first().map_or(by.span, |entry| entry.span), "granted here")
                .help("remove it");
            match edits {
                Some(edits) if is_taken => {
                    finding.fix("remove the rule", edits);
                }
                Some(edits) => {
                    finding.unsafe_fix("remove the rule", edits);
                }
                None => {}
            }
        }
    }
}

/// True if the API server takes the rule: of a role that it refuses, what is left might be taken.
fn is_taken(role: &RbacRole, rule: &RbacRule) -> bool {
    rule.non_resource_urls.is_empty() || (rule.resources.is_empty() && role.kind == RbacRoleKind::ClusterRole)
}

fn is_everything(rule: &RbacRule) -> bool {
    [&rule.api_groups, &rule.resources, &rule.verbs].iter().all(|list| list.iter().any(|it| it.value == "*"))
}

/// Rules by the entries of `resources`; those with URLs under an entry of their own.
fn by_entry(role: &RbacRole) -> HashMap<&str, Vec<usize>> {
    let mut entries: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, rule) in role.rules.iter().enumerate() {
        for resource in &rule.resources {
            entries.entry(resource.as_str()).or_default().push(at);
        }
        if !rule.non_resource_urls.is_empty() {
            entries.entry(URLS).or_default().push(at);
        }
    }
    entries
}

const URLS: &str = "";

/// The rules that may cover an atom.
fn candidates<'e>(
    entries: &'e HashMap<&str, Vec<usize>>,
    atom: &Atom<'_>,
) -> impl Iterator<Item = usize> + 'e {
    let of = |entry: &str| entries.get(entry).map_or(&[][..], Vec::as_slice);
    let found = match *atom {
        Atom::Url { .. } => [of(URLS), &[], &[]],
        Atom::Resource { resource, .. } => {
            let any_parent = resource.split_once('/').map(|(_, subresource)| format!("*/{subresource}"));
            [of(resource), of("*"), any_parent.map_or(&[][..], |entry| of(&entry))]
        }
    };
    found.into_iter().flat_map(|list| list.iter().take(COMPARED)).copied()
}

/// With how many rules of an entry each is compared.
const COMPARED: usize = 300;
