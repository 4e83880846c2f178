//! # What it finds
//! A path rule that never decides anything, because rules of higher precedence match every path of it: in its own policy,
//! or among all policies that an auth role attaches.
//!
//! # Why it matters
//! One rule decides alone on each path, and nothing is united. Of two rules with their first wildcard at the same place,
//! a `+` in more segments loses: `secret/*` decides on all that `secret/+/app/*` matches.
//!
//! # How to fix it
//! Write out the segment in place of the `+`, or remove the rule.
//!
//! # Limits
//! Rules with identity templates are not known well enough. A deny that never decides is reported as `dead-deny`. Across
//! the policies of an auth role, only a rule that grants something which is lost is reported.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::MergedRule;
use crate::semantics::joined;
use crate::semantics::shadow::Shadows;
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "shadowed-rule",
    summary: "a path rule that never decides, as others always take precedence",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("shadowed_rule.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut reported = HashSet::new();
    for policy in project.policies.iter().filter(|policy| joined::is_stored(policy) && has_plus(policy)) {
        let Some(acl) = cx.survey.acl(policy) else { continue };
        let shadows = Shadows::new(acl);
        for rule in acl.rules().iter().filter(|rule| !rule.capabilities.denies()) {
            let Some(by) = shadowing(&shadows, rule, cx) else { continue };
            report(rule, &by, &mut reported, "", None, cx);
        }
    }
    for set in cx.survey.sets() {
        if !set.joined.policies.iter().any(|policy| has_plus(policy)) {
            continue;
        }
        let Some(acl) = cx.survey.acl_of(set) else { continue };
        let shadows = Shadows::new(&acl);
        for rule in acl.rules().iter().filter(|rule| !rule.capabilities.denies()) {
            let Some(by) = shadowing(&shadows, rule, cx).filter(|by| loses_something(rule, by)) else {
                continue;
            };
            let Some(role) = set.joined.roles.first() else { continue };
            let scene = format!(" in a token of auth role `{}`", role.name);
            report(rule, &by, &mut reported, &scene, Some(role.name.span), cx);
        }
    }
}

/// Without a `+` no rule is ever shadowed.
pub(super) fn has_plus(policy: &Policy) -> bool {
    policy.path_rules.iter().any(|rule| rule.path.value.contains('+'))
}

/// The rules that decide in place of `rule`, the one first that does so on requests of most kinds.
fn shadowing<'r, 'a>(
    shadows: &Shadows<'r, 'a>,
    rule: &MergedRule<'a>,
    cx: &Context<'_>,
) -> Option<Vec<&'r MergedRule<'a>>> {
    let one = shadows.shadowing(rule).map(|by| vec![by]);
    one.or_else(|| shadows.shadowing_together(rule, cx.project.settings.target))
}

fn loses_something(rule: &MergedRule<'_>, by: &[&MergedRule<'_>]) -> bool {
    let is_held = |capability| by.iter().any(|by| by.capabilities.contains(capability));
    rule.capabilities.iter().any(|capability| !is_held(capability))
}

fn report(
    rule: &MergedRule<'_>,
    by: &[&MergedRule<'_>],
    reported: &mut HashSet<Span>,
    scene: &str,
    role: Option<Span>,
    cx: &mut Context<'_>,
) {
    let paths = by.iter().filter_map(|by| Some((*by, &by.members.first()?.rule.path)));
    let paths: Vec<(&MergedRule<'_>, &Spanned<String>)> = paths.collect();
    let (Some(member), Some(((winner, decides), on_lists))) = (rule.members.first(), paths.split_first())
    else {
        return;
    };
    let path = &member.rule.path;
    if !reported.insert(path.span) {
        return;
    }
    let mut message = format!("`{path}` never decides{scene}: `{decides}` takes precedence");
    let lists: Vec<String> = on_lists.iter().map(|(_, path)| format!("`{path}`")).collect();
    if !lists.is_empty() {
        message += &format!(", and on lists {}", lists.join(", "));
    }
    let words: Vec<&str> = winner.capabilities.iter().map(Capability::word).collect();
    let instead = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
    let finding = cx.report(path.span, message);
    finding
        .label(decides.span, format!("decides on all of these paths, and grants {instead}"))
        .help("write out the segment in place of `+`: the rule whose first wildcard comes later decides");
    for (_, path) in on_lists {
        finding.label(path.span, "decides on lists of them");
    }
    if let Some(role) = role {
        finding.label(role, "attaches both policies");
    }
}
