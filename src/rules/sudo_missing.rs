//! # What it finds
//! A rule whose paths are all root-protected and which lacks `sudo`.
//!
//! # Why it matters
//! The servers open these paths only to rules that have `sudo` beside the capability, so the rule never lets anything
//! through.
//!
//! # How to fix it
//! Add `sudo` if the access is wanted, or remove the rule.
//!
//! # Limits
//! Which paths are root-protected depends on the server: reported is what every server of the target protects. Silent if
//! another policy of the same directory has `sudo` on the same path, as the rules of one token are merged.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::project::Project;
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::acl::is_root_protected_throughout;
use crate::semantics::dialect::Dialect;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "sudo-missing",
    summary: "a root-protected path without `sudo`, which never works",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("sudo_missing.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let label = label.strip_prefix('/').unwrap_or(label);
        // All root-protected paths start so.
        if !["sys/", "auth/token/", "identity/"].iter().any(|start| label.starts_with(start)) {
            continue;
        }
        let granted = rule.granted();
        let useful = granted.iter().any(|capability| capability != Capability::Sudo);
        if granted.denies() || !useful || granted.contains(Capability::Sudo) {
            continue;
        }
        let pattern = rule.pattern();
        let dialects = Dialect::of(cx.project.settings.target);
        let protected = dialects.iter().all(|dialect| is_root_protected_throughout(&pattern, *dialect));
        if !protected || is_completed(cx.project, policy, label) {
            continue;
        }
        cx.report(
            rule.path.span,
            format!("`{label}` is root-protected: without `sudo` nothing gets through"),
        )
        .help("add `sudo` if the access is wanted, or remove the rule");
    }
}

/// Policies of one directory are likely to meet in a token.
fn is_completed(project: &Project, policy: &Policy, label: &str) -> bool {
    let directory =
        |policy: &Policy| project.sources.get(policy.span.source).map(|source| source.directory());
    let own = directory(policy);
    project.policies.iter().filter(|other| directory(other) == own).flat_map(|other| &other.path_rules).any(
        |other| {
            other.path.value.trim_start_matches('/') == label && other.granted().contains(Capability::Sudo)
        },
    )
}
