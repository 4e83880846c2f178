//! # What it finds
//! A policy that no auth role attaches, declared beside roles that attach others.
//!
//! # Why it matters
//! Either a role forgot it, or it is left over and somebody will attach it without reading.
//!
//! # How to fix it
//! Attach it, or remove it.
//!
//! # Limits
//! A policy of a spec counts only if the same spec has roles; a policy file only if a role attaches another file of the
//! same directory. Attachment by other auth methods, groups and tokens is not seen.

use std::collections::HashSet;

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::syntax::{SourceId, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unused-policy",
    summary: "a policy that no role attaches",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("unused_policy.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    let key = |name: &Spanned<String>| name.value.trim().to_lowercase();
    let attached: HashSet<String> =
        project.auth_roles.iter().flat_map(|role| role.policies().iter().map(key)).collect();
    if attached.is_empty() {
        return;
    }
    let directory = |source: SourceId| project.sources.directory(source);
    let is_file = |policy: &Policy| matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile);
    let with_roles: HashSet<SourceId> = project
        .auth_roles
        .iter()
        .filter(|role| !role.from_grant && !role.policies().is_empty())
        .map(|role| role.span.source)
        .collect();
    let attached_directories: HashSet<&str> = project
        .policies
        .iter()
        .filter(|policy| is_file(policy) && attached.contains(&policy.key()))
        .map(|policy| directory(policy.span.source))
        .collect();
    for policy in &project.policies {
        let expected = match policy.origin {
            PolicyOrigin::Grant => false,
            PolicyOrigin::SpecPaths | PolicyOrigin::SpecText => with_roles.contains(&policy.name.span.source),
            PolicyOrigin::HclFile | PolicyOrigin::JsonFile => {
                attached_directories.contains(directory(policy.span.source))
            }
        };
        let key = policy.key();
        if expected && key != "default" && !attached.contains(&key) {
            cx.report(policy.name.span, format!("no role attaches policy `{}`", policy.name))
                .help("attach it, or remove it");
        }
    }
}
