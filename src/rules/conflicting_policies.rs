//! # What it finds
//! Two policies that an auth role attaches together, one of which denies what the other grants on the same path.
//!
//! # Why it matters
//! Rules of the same pattern are merged, and one `deny` takes everything away. The policy that grants looks right, works in
//! other roles, and does nothing here.
//!
//! # How to fix it
//! Attach one of the two, or deny a narrower path.
//!
//! # Limits
//! Where a guard policy is meant to take something out of a broad one, say so in a suppression comment. Both rules in one
//! policy are reported as `duplicate-path`.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::semantics::acl::RuleRef;
use crate::semantics::survey::Set;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "conflicting-policies",
    summary: "policies of one auth role that grant and deny the same path",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("conflicting_policies.rs"),
};

fn check(cx: &mut Context<'_>) {
    let mut reported = HashSet::new();
    for set in cx.survey.sets() {
        let mut rules = set.joined.policies.iter().flat_map(|policy| &policy.path_rules);
        if rules.any(|rule| rule.granted().denies()) {
            look(set, &mut reported, cx);
        }
    }
}

fn look<'a>(set: &'a Set<'a>, reported: &mut HashSet<(Span, Span)>, cx: &mut Context<'a>) {
    let Some(acl) = cx.survey.acl_of(set) else { return };
    for rule in acl.rules().iter().filter(|rule| rule.capabilities.denies()) {
        let Some(deny) = rule.granting(Capability::Deny).next() else { continue };
        let grants = |member: &&RuleRef<'_>| {
            let granted = member.rule.granted();
            !std::ptr::eq(member.policy, deny.policy) && !granted.denies() && !granted.is_empty()
        };
        for grant in rule.members.iter().filter(grants) {
            let (path, denied) = (&grant.rule.path, deny.rule.path.span);
            let Some(role) = set.joined.roles.first().filter(|_| reported.insert((path.span, denied))) else {
                continue;
            };
            let message = format!(
                "`{path}` grants nothing in a token of auth role `{}`: policy `{}` denies it",
                role.name, deny.policy.name
            );
            cx.report(path.span, message)
                .label(denied, "the deny of the same path")
                .label(role.name.span, "attaches both policies")
                .help("attach one of the two, or deny a narrower path");
        }
    }
}
