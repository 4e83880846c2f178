//! # What it finds
//! A path that starts with `v1/`.
//!
//! # Why it matters
//! `v1/` belongs to the address of the HTTP API and is taken off before policies are asked, so the rule never applies:
//! it grants nothing, and as a deny it protects nothing.
//!
//! # How to fix it
//! Leave the prefix out.
//!
//! # Limits
//! Silent where a mount named `v1` is known.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "api-version-prefix",
    summary: "a path with the `v1/` of the HTTP API in front",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("api_version_prefix.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let Some(real) = label.trim_start_matches('/').strip_prefix("v1/") else { continue };
        if real.is_empty() || cx.mounts.mentions("v1") {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = cx
            .report(rule.path.span, format!("`{label}` never applies: `v1/` is no part of the path"))
            .help(format!("write `{real}`"));
        if let Some(inner) = verbatim {
            let prefix = inner.head(label.len() - real.len());
            finding.unsafe_fix("remove the prefix", vec![Edit::replace(prefix, "")]);
        }
    }
}
