//! # What it finds
//! A folder that cannot be listed, or a denied one that can, because a list request looks at its path in two forms: with a
//! slash at the end and without.
//!
//! # Why it matters
//! An exact rule for `secret/metadata/app` also decides on listing `secret/metadata/app/`, before any `secret/metadata/*`.
//! The other way round, Vault up to 1.20 first looks for the form without the slash among rules with wildcards: a deny
//! of `secret/metadata/app/*` does not keep `secret/metadata/*` from listing the folder itself.
//!
//! # How to fix it
//! Add a rule for the path with the slash at its end: it is looked for first.
//!
//! # Limits
//! The first case is reported for key-value mounts only, where another rule of the policy shows that the path is a folder;
//! the second one only where the target is Vault up to 1.20: all other servers keep the folder closed.

use std::collections::BTreeSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PatternClass;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Acl, MergedRule, Operation, Request};
use crate::semantics::{dialect::Dialect, joined, kv};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "list-needs-slash",
    summary: "listing a folder that only a rule with the slash at the end would open or close",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("list_needs_slash.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let lists =
        |policy: &Policy| policy.path_rules.iter().any(|rule| rule.granted().contains(Capability::List));
    if !joined::is_stored(policy) || !lists(policy) {
        return;
    }
    let dialects = Dialect::of(cx.project.settings.target);
    if dialects != [Dialect::VaultClassic] && !cx.survey.may_meet(policy) {
        return;
    }
    let Some(acl) = cx.survey.acl(policy) else { return };
    let labels: BTreeSet<&str> =
        policy.path_rules.iter().map(|rule| rule.path.as_str().trim_start_matches('/')).collect();
    for rule in acl.rules() {
        match rule.pattern.class {
            PatternClass::Exact => hidden(rule, acl, &labels, cx),
            PatternClass::Prefix if dialects == [Dialect::VaultClassic] => left_open(rule, acl, cx),
            _ => {}
        }
    }
}

/// An exact rule without `list` beside a broader one with it.
fn hidden(rule: &MergedRule<'_>, acl: &Acl<'_>, labels: &BTreeSet<&str>, cx: &mut Context<'_>) {
    let held = rule.capabilities;
    if held.denies() || held.is_empty() || held.contains(Capability::List) || rule.pattern.text.ends_with('/')
    {
        return;
    }
    let folder = format!("{}/", rule.pattern.text);
    let is_folder = labels.range(folder.as_str()..).next().is_some_and(|next| next.starts_with(&folder));
    let broad = acl.matching(&folder).into_iter().next();
    let Some(broad) = broad.filter(|broad| is_folder && broad.capabilities.contains(Capability::List)) else {
        return;
    };
    let decides = acl.rule_on(&Request::new(Operation::List, &folder)).rule.map(|rule| rule.pattern.clone());
    if decides.as_ref() != Some(&rule.pattern) {
        return;
    }
    let (Some(member), Some(broad)) = (rule.members.first(), broad.members.first()) else { return };
    let path = &member.rule.path;
    let part = kv::part_of(path.as_str(), path.span, cx.mounts);
    if !part.is_some_and(|part| part.asks_for(Capability::List)) {
        return;
    }
    cx.report(
        path.span,
        format!(
            "`{path}` decides on listing `{folder}` too, and does not grant `list` as `{}` does",
            broad.rule.path
        ),
    )
    .label(broad.rule.path.span, "would let the folder be listed")
    .help(format!("add `list` here, or a rule for `{folder}`"));
}

/// A denied folder that a broader rule lets be listed.
fn left_open(deny: &MergedRule<'_>, acl: &Acl<'_>, cx: &mut Context<'_>) {
    let folder = &deny.pattern.text;
    if !deny.capabilities.denies() || !folder.ends_with('/') {
        return;
    }
    let request = Request::new(Operation::List, folder);
    let ruling = acl.rule_on(&request);
    let Some(open) = ruling.rule.filter(|_| ruling.is_allowed()).and_then(|rule| rule.members.first()) else {
        return;
    };
    let Some(member) = deny.members.first() else { return };
    let path = &member.rule.path;
    cx.report(path.span, format!("this deny leaves `{folder}` itself open to listing on Vault up to 1.20"))
        .label(
            open.rule.path.span,
            "decides on the list request, whose path is first looked for without the slash",
        )
        .help(format!("deny `{folder}` as well"));
}
