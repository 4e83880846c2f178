//! # What it finds
//! The policy `root` or `response-wrapping` attached to an auth role, or declared.
//!
//! # Why it matters
//! The role can be written, but every login with it fails: auth methods cannot issue root tokens. A policy of such a name
//! cannot be written at all.
//!
//! # How to fix it
//! Attach a policy that grants what is needed.
//!
//! # Limits
//! A policy file named `root.hcl` is left alone: it may be written under another name.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "root-policy",
    summary: "a reserved policy on a role, or declared",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("root_policy.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for role in &project.auth_roles {
        for policy in role.policies().iter().filter(|policy| is_reserved(&policy.value)) {
            cx.report(
                policy.span,
                format!("no login with auth role `{}` succeeds: it attaches `{policy}`", role.name),
            )
            .help("attach a policy that grants what is needed");
        }
    }
    // The name of a policy file is only a guess at the name it is written under.
    let named = |policy: &&Policy| !matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile);
    for policy in project.policies.iter().filter(named).filter(|policy| is_reserved(&policy.name.value)) {
        cx.report(policy.name.span, format!("a policy cannot be named `{}`", policy.name))
            .help("servers keep the name for themselves: choose another");
    }
}

fn is_reserved(name: &str) -> bool {
    matches!(
        name.trim().to_lowercase().as_str(),
        "root" | "response-wrapping" | "control-group" | "default-ceiling"
    )
}
