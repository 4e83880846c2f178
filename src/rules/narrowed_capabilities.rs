//! # What it finds
//! A path rule that was to add something to what a broader rule grants and takes something away instead: it has
//! capabilities that the broader one lacks and lacks others that it has. Where the two stand in different policies of one
//! auth role, what is taken away is enough.
//!
//! # Why it matters
//! One rule decides alone on each path. With `secret/data/*` to read and `secret/data/app/*` to write, `app/` can be
//! written and no longer read; two policies that work alone break each other in one token. The built-in policy `default`
//! is one of them.
//!
//! # How to fix it
//! List in the narrower rule all that is needed on its paths.
//!
//! # Limits
//! Key-value paths only, where it is known which operations exist. In one policy, a rule that only takes away is taken for
//! a restriction and left alone; so is a deny. Rules with identity templates are not known well enough.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::path::PatternClass;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{Acl, MergedRule, Operation, Request, Verdict, default_policy};
use crate::semantics::pattern::matches;
use crate::semantics::shadow::Shadows;
use crate::semantics::template::Identity;
use crate::semantics::{dialect::Dialect, joined, kv};
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "narrowed-capabilities",
    summary: "a path rule that takes away what a broader one grants",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("narrowed_capabilities.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let mut reported = HashSet::new();
    let survey = cx.survey;
    let is_worth_it =
        |policy: &&Policy| joined::is_stored(policy) && is_mixed(&[policy]) && survey.may_meet(policy);
    for policy in project.policies.iter().filter(is_worth_it) {
        let Some(acl) = cx.survey.acl(policy) else { continue };
        look(acl, None, &mut reported, cx);
    }
    for set in cx.survey.sets().iter().filter(|set| is_mixed(&set.joined.policies)) {
        let Some(acl) = cx.survey.acl_of(set) else { continue };
        look(&acl, set.joined.roles.first().copied(), &mut reported, cx);
    }
    if project.policies_named("default").next().is_none() {
        let opens: Vec<bool> = project.policies.iter().map(opens_leases).collect();
        for role in &project.auth_roles {
            beside_default(role, &opens, &mut reported, cx);
        }
    }
}

/// True if at least two different sets of capabilities are granted, one of them by a rule with a wildcard.
fn is_mixed(policies: &[&Policy]) -> bool {
    let mut rules = policies.iter().flat_map(|policy| &policy.path_rules);
    let Some(first) = rules.next().map(|rule| rule.granted()) else { return false };
    let wild = |policy: &&Policy| policy.path_rules.iter().any(|rule| rule.path.value.contains(['*', '+']));
    rules.any(|rule| rule.granted() != first) && policies.iter().any(wild)
}

fn look(acl: &Acl<'_>, role: Option<&AuthRole>, reported: &mut HashSet<Span>, cx: &mut Context<'_>) {
    let shadows = Shadows::new(acl);
    for narrow in acl.rules() {
        let held = narrow.capabilities;
        if held.denies() || held.is_empty() {
            continue;
        }
        let Some(broad) = shadows.behind(narrow) else { continue };
        let lost = lost(narrow, broad, cx);
        let adds = held.iter().any(|capability| !broad.capabilities.contains(capability));
        let of_others = role.is_some() && !shares_policy(narrow, broad);
        // What one policy does to itself was reported when it was looked at alone.
        if lost.is_empty() || (role.is_some() && !of_others) || (role.is_none() && !adds) {
            continue;
        }
        report(narrow, broad, lost, role, reported, cx);
    }
}

/// What the broader rule grants, the narrower one does not, and some operation on its paths asks for.
fn lost(narrow: &MergedRule<'_>, broad: &MergedRule<'_>, cx: &Context<'_>) -> CapabilitySet {
    let missing = |capability: &Capability| !narrow.capabilities.contains(*capability);
    let lost: Vec<Capability> = broad.capabilities.iter().filter(missing).collect();
    let Some(member) = narrow.members.first().filter(|_| !lost.is_empty() && !broad.capabilities.denies())
    else {
        return CapabilitySet::EMPTY;
    };
    let path = &member.rule.path;
    let Some(part) = kv::part_of(path.as_str(), path.span, cx.mounts) else { return CapabilitySet::EMPTY };
    // A key is not listed, and a folder of the same name is another matter.
    let is_key = narrow.pattern.class == PatternClass::Exact;
    let counts =
        |capability: &Capability| part.asks_for(*capability) && !(is_key && *capability == Capability::List);
    let lost: Vec<Capability> = lost.into_iter().filter(counts).collect();
    CapabilitySet::new(&lost)
}

fn shares_policy(narrow: &MergedRule<'_>, broad: &MergedRule<'_>) -> bool {
    narrow.members.iter().any(|one| broad.members.iter().any(|other| std::ptr::eq(one.policy, other.policy)))
}

fn report(
    narrow: &MergedRule<'_>,
    broad: &MergedRule<'_>,
    lost: CapabilitySet,
    role: Option<&AuthRole>,
    reported: &mut HashSet<Span>,
    cx: &mut Context<'_>,
) {
    let (Some(member), Some(broad)) = (narrow.members.first(), broad.members.first()) else { return };
    let path = &member.rule.path;
    if !reported.insert(path.span) {
        return;
    }
    let lost = words(lost);
    let (message, broader) = match role {
        None => (
            format!("`{path}` takes away {lost}, which `{}` grants", broad.rule.path),
            "not united with this broader rule".to_owned(),
        ),
        Some(role) => (
            format!(
                "in a token of auth role `{}`, `{path}` takes away {lost}, which policy `{}` grants",
                role.name, broad.policy.name
            ),
            format!("grants {lost} more broadly"),
        ),
    };
    let finding = cx.report(path.span, message);
    finding
        .label(broad.rule.path.span, broader)
        .help(format!("rules are not united: list {lost} here as well where it is needed"));
    if let Some(role) = role {
        finding.label(role.name.span, "attaches both policies");
    }
}

/// The listing that the exact rule of `default` for looking up a lease takes away.
const LEASES: &str = "sys/leases/lookup/";

/// True if a rule with a wildcard speaks of the list of leases.
fn opens_leases(policy: &Policy) -> bool {
    let wild = |rule: &&PathRule| rule.path.value.contains(['*', '+']);
    policy.path_rules.iter().filter(wild).any(|rule| matches(&rule.pattern(), LEASES))
}

/// `opens` says of each policy whether it [`opens_leases`].
fn beside_default(role: &AuthRole, opens: &[bool], reported: &mut HashSet<Span>, cx: &mut Context<'_>) {
    let project = cx.project;
    let without = role.fields.bool("token_no_default_policy").is_some_and(|no| no.value);
    if without {
        return;
    }
    let held: Vec<&Policy> =
        role.policies().iter().filter_map(|name| joined::the_one(project, name.as_str())).collect();
    let opens =
        |policy: &&Policy| project.policies.element_offset(policy).and_then(|at| opens.get(at).copied());
    if !held.iter().any(|policy| opens(policy) == Some(true)) {
        return;
    }
    let request = Request::new(Operation::List, LEASES);
    for dialect in Dialect::of(project.settings.target) {
        let default = default_policy(*dialect);
        let with: Vec<&Policy> = held.iter().copied().chain([&default]).collect();
        let identity = Identity::default();
        let (Ok(alone), Ok(with)) =
            (Acl::compile(&held, &identity, *dialect), Acl::compile(&with, &identity, *dialect))
        else {
            return;
        };
        if alone.verdict(&request) != Verdict::Allowed || with.verdict(&request) != Verdict::Refused {
            return;
        }
    }
    let Some(acl) = joined::acl(&held, project.settings.target) else { return };
    let Some(broad) = acl.rule_on(&request).rule.and_then(|rule| rule.members.first().copied()) else {
        return;
    };
    let path = &broad.rule.path;
    if reported.insert(path.span) {
        cx.report(
            path.span,
            format!("`{path}` does not open the list of `{LEASES}`: policy `default` has a rule for it"),
        )
        .label(role.name.span, "its tokens hold `default` as well")
        .help(format!("add a rule for `{LEASES}` itself"));
    }
}

fn words(set: CapabilitySet) -> String {
    let words: Vec<String> = set.iter().map(|capability| format!("`{capability}`")).collect();
    words.join(", ")
}
