//! # What it finds
//! A path rule without which every answer would be the same: the rule that would decide in its place grants the same
//! capabilities, or the several rules that would, each on some of its paths.
//!
//! # Why it matters
//! It is one more rule to read, and the day the broader one is restricted it keeps the door open.
//!
//! # How to fix it
//! Remove it, or restrict the broader rule.
//!
//! # Limits
//! A rule that is redundant in its own policy is reported if no policy beside it has a say on its paths: `default`, or one
//! that an auth role attaches together with it. One that is redundant because of another policy is reported if every auth
//! role that attaches the one attaches the other, and all that they attach is known. Tokens that something else than
//! these auth roles issues may hold more. A whole policy that changes nothing is reported as `redundant-policy`. A rule
//! with constraints on parameters, wrapping or time counts. An exact repetition is reported as `duplicate-path`.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::CapabilitySet;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::joined;
use crate::semantics::shadow::Shadows;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "redundant-rule",
    summary: "a path rule that changes no answer",
    category: Category::Style,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("redundant_rule.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut reported = HashSet::new();
    for policy in &project.policies {
        look(policy, &mut reported, cx);
    }
    for found in &cx.survey.surplus().rules {
        let (path, other) = (&found.rule.path, found.enough);
        if !reported.insert(path.span) {
            continue;
        }
        let message = format!(
            "`{path}` changes nothing in any token: `{}` of policy `{}`, which is attached beside it, grants the same",
            other.rule.path, other.policy.name
        );
        cx.report(path.span, message)
            .label(other.rule.path.span, "this rule is enough")
            .label(found.role.name.span, "attaches both policies")
            .help("remove it");
    }
}

fn look(policy: &Policy, reported: &mut HashSet<Span>, cx: &mut Context<'_>) {
    if !joined::is_stored(policy) || !may_repeat(policy) || !cx.survey.may_meet(policy) {
        return;
    }
    let Some(acl) = cx.survey.acl(policy) else { return };
    let shadows = Shadows::new(acl);
    // Rules that stand in for each other are not both without effect.
    let mut gone: Vec<&PathRule> = Vec::new();
    for rule in acl.rules() {
        let [member] = rule.members.as_slice() else { continue };
        if rule.capabilities.is_empty() || shadows.shadowing(rule).is_some() {
            continue;
        }
        let together = || shadows.standing_in_together(rule, &gone, cx.project.settings.target);
        let enough = shadows.standing_in_for(rule).map(|broad| vec![broad]).or_else(together);
        let enough = enough.iter().flatten().filter_map(|broad| broad.members.first());
        let enough: Vec<&Spanned<String>> = enough.map(|broad| &broad.rule.path).collect();
        // Beside another policy, the narrower rule may be what keeps that one from deciding.
        if enough.is_empty() || cx.survey.company().may_concern(policy, member.rule) {
            continue;
        }
        gone.push(member.rule);
        reported.insert(member.rule.path.span);
        let path = &member.rule.path;
        let names: Vec<String> = enough.iter().map(|path| format!("`{path}`")).collect();
        let (names, grant) = match names.as_slice() {
            [name] => (name.clone(), "grants"),
            names => (and(names), "grant"),
        };
        let finding = cx.report(path.span, format!("`{path}` changes nothing: {names} {grant} the same"));
        for broad in &enough {
            let text = if enough.len() == 1 {
                "this rule is enough"
            } else {
                "this rule stands in for a part of it"
            };
            finding.label(broad.span, text);
        }
        finding.help("remove it");
    }
}

fn and(names: &[String]) -> String {
    match names {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        names => names.join(", "),
    }
}

/// True if a rule with a wildcard has the same capabilities as another rule.
fn may_repeat(policy: &Policy) -> bool {
    let mut seen: Vec<(CapabilitySet, bool)> = Vec::new();
    policy.path_rules.iter().any(|rule| {
        let (held, wild) = (rule.granted(), rule.path.value.contains(['*', '+']));
        match seen.iter_mut().find(|(other, _)| *other == held) {
            Some((_, any_wild)) => {
                *any_wild |= wild;
                *any_wild
            }
            None => {
                seen.push((held, wild));
                false
            }
        }
    })
}
