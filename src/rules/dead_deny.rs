//! # What it finds
//! A deny that a grant overrules: on all of its paths, or on those for the sake of which it was written. In one policy,
//! or among all policies that an auth role attaches.
//!
//! # Why it matters
//! A deny wins over grants of the very same pattern only. Among different patterns one rule decides alone, and that is the
//! one whose first wildcard comes later, then the one with fewer `+`: beside `secret/*` a deny of `secret/+/private/*`
//! protects nothing, and beside `secret/data/*` one of `+/data/prod/*` leaves `secret/data/prod/` open.
//!
//! # How to fix it
//! Write out the segments in place of `+`, so that the first wildcard of the deny comes later than that of the grant.
//!
//! # Limits
//! A grant that lies inside the deny is an exception from it and no finding. Rules with identity templates are not known
//! well enough.

use std::collections::HashSet;

use super::shadowed_rule::has_plus;
use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::{Acl, MergedRule};
use crate::semantics::joined;
use crate::semantics::shadow::Shadows;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dead-deny",
    summary: "a deny that a grant overrules",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("dead_deny.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut reported = HashSet::new();
    let worth_it = |policy: &&Policy| joined::is_stored(policy) && has_plus(policy) && denies(policy);
    for policy in project.policies.iter().filter(worth_it) {
        let Some(acl) = cx.survey.acl(policy) else { continue };
        look(acl, None, &mut reported, cx);
    }
    for set in cx.survey.sets() {
        if set.joined.policies.iter().any(|policy| has_plus(policy) && denies(policy)) {
            let Some(acl) = cx.survey.acl_of(set) else { continue };
            look(&acl, set.joined.roles.first().copied(), &mut reported, cx);
        }
    }
}

fn denies(policy: &Policy) -> bool {
    policy.path_rules.iter().any(|rule| rule.granted().denies())
}

fn look(acl: &Acl<'_>, role: Option<&AuthRole>, reported: &mut HashSet<Span>, cx: &mut Context<'_>) {
    let shadows = Shadows::new(acl);
    for deny in acl.rules().iter().filter(|rule| rule.capabilities.denies()) {
        // Behind another deny, it is the same one twice.
        let shadowing = shadows.shadowing(deny);
        if shadowing.is_some_and(|by| by.capabilities.denies() || by.capabilities.is_empty()) {
            continue;
        }
        let (by, wholly) = match shadowing {
            Some(by) => (by, true),
            None => match shadows.reopening(deny) {
                Some(by) => (by, false),
                None => continue,
            },
        };
        report(deny, by, wholly, role, reported, cx);
    }
}

fn report(
    deny: &MergedRule<'_>,
    by: &MergedRule<'_>,
    wholly: bool,
    role: Option<&AuthRole>,
    reported: &mut HashSet<Span>,
    cx: &mut Context<'_>,
) {
    let denying = deny.members.iter().find(|member| member.rule.granted().denies());
    let (Some(denying), Some(grant)) = (denying, by.members.first()) else { return };
    let path = &denying.rule.path;
    if !reported.insert(path.span) {
        return;
    }
    let scene = role.map_or_else(String::new, |role| format!(" in a token of auth role `{}`", role.name));
    let message = if wholly {
        format!("this deny protects nothing{scene}: `{}` takes precedence", grant.rule.path)
    } else {
        format!("this deny leaves open what `{}` grants{scene}", grant.rule.path)
    };
    let decides =
        if wholly { "takes precedence on all of its paths" } else { "takes precedence where both match" };
    let finding = cx.report(path.span, message);
    finding
        .label(grant.rule.path.span, decides)
        .help("write out the segments in place of `+`: the rule whose first wildcard comes later decides");
    if let Some(role) = role {
        finding.label(role.name.span, "attaches both policies");
    }
}
