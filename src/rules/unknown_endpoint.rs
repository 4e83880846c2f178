//! # What it finds
//! A path below `sys/`, `identity/`, `auth/token/` or a mount whose engine is known that leads to none of its
//! endpoints.
//!
//! # Why it matters
//! The rule applies to nothing: a grant opens nothing, a deny protects nothing.
//!
//! # How to fix it
//! Mend the spelling; `vault path-help` shows what an engine has.
//!
//! # Limits
//! Known are the endpoints of OpenBao and, by their first segment, those of Vault. Where nothing but its name speaks
//! for the engine, only likely slips are reported. Key-value mounts are
//! looked at by `kv2-missing-data`, `issue/` of the Kubernetes engine by `unknown-role-field`.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::endpoints::{Api, words};
use crate::semantics::kv;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-endpoint",
    summary: "a path that no endpoint of the engine has",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unknown_endpoint.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if kv::has_usual_word(label) {
            continue;
        }
        let Some(below) = cx.survey.below(policy, rule) else { continue };
        if matches!(below.api, Api::Kv1 | Api::Kv2 | Api::Cubbyhole) {
            continue;
        }
        let first = below.rest.split('/').next().unwrap_or("");
        if first.trim().is_empty()
            || first.contains(['*', '+'])
            || kv::is_template(first)
            || words(below.api).any(|word| word == first)
        {
            continue;
        }
        // Its own rule knows the right word.
        if below.api == Api::Kubernetes && first == "issue" {
            continue;
        }
        let meant = nearest(first, words(below.api));
        if meant.is_none() && !below.certain {
            continue;
        }
        let what =
            if rule.granted().denies() { "the deny protects nothing" } else { "the rule opens nothing" };
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let (mount, slash) = (below.mount, usize::from(label.starts_with('/')));
        let finding = cx.report(rule.path.span, format!("there is no `{mount}/{first}`, so {what}"));
        match meant {
            Some(meant) => {
                finding.help(format!("did you mean `{mount}/{meant}`?"));
                if let Some(inner) = verbatim {
                    let start = slash + mount.len() + 1;
                    let word = inner.after_start(start).to(inner.after_start(start + first.len()));
                    finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(word, meant)]);
                }
            }
            None => {
                finding.severity(Severity::Warning).help("`vault path-help` shows what an engine has");
            }
        }
    }
}
