//! # What it finds
//! A path of a policy in a spec with `vault.namespace` that starts with that namespace.
//!
//! # Why it matters
//! Servers put the namespace in front of every path of a policy, so the rule speaks of a namespace of the same name
//! inside, and applies to nothing.
//!
//! # How to fix it
//! Leave the namespace out.
//!
//! # Limits
//! Only where a spec says which namespace it is for.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::mount::Confidence;
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "namespace-in-path",
    summary: "a path that starts with its own Vault namespace",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("namespace_in_path.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let project = cx.project;
    let spec = project.spec_of(policy.span).or_else(|| project.spec_of(policy.name.span));
    let Some(namespace) = spec.and_then(|spec| spec.vault_namespace.as_ref()) else { return };
    let prefix = format!("{}/", namespace.value.trim_matches('/'));
    if prefix == "/" {
        return;
    }
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let slash = usize::from(label.starts_with('/'));
        let Some(rest) = label.get(slash..).and_then(|label| label.strip_prefix(&prefix)) else { continue };
        if rest.is_empty()
            || cx.mounts.over(label, rule.path.span).is_some_and(|it| it.confidence > Confidence::Inferred)
        {
            continue;
        }
        let verbatim = project.sources.verbatim(&rule.path);
        let finding = cx.report(
            rule.path.span,
            format!("`{label}` never applies: servers put `{prefix}` in front themselves"),
        );
        finding.label(namespace.span, "the namespace of the policy").help(format!("write `{rest}`"));
        if let Some(inner) = verbatim {
            let gone = inner.after_start(slash).to(inner.after_start(slash + prefix.len()));
            finding.unsafe_fix("leave the namespace out", vec![Edit::replace(gone, "")]);
        }
    }
}
