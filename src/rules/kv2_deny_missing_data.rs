//! # What it finds
//! A deny below a version 2 key-value mount whose path lacks `data/`.
//!
//! # Why it matters
//! It matches no request and so protects nothing: what a broader rule grants stays readable. The policy looks as if it
//! were safe.
//!
//! # How to fix it
//! Put `data/` behind the mount, and deny `metadata/` too if keys and their history are to be hidden.
//!
//! # Limits
//! As of `kv2-missing-data`.

use super::kv2_missing_data::because;
use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-deny-missing-data",
    summary: "a deny below a version 2 key-value mount that protects nothing",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("kv2_deny_missing_data.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.granted().denies()) {
        let label = rule.path.as_str();
        let Some((mount, miss)) = kv::missed_by(rule, cx.mounts) else { continue };
        let right = format!("{}/data/{}", mount.path, miss.key);
        let denied_already = policy
            .path_rules
            .iter()
            .any(|other| other.granted().denies() && other.path.value.trim_start_matches('/') == right);
        if denied_already {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let message = format!(
            "this deny protects nothing: no request to the version 2 mount `{}/` matches `{label}`",
            mount.path
        );
        let finding = cx.report(rule.path.span, message).help(format!(
            "write `{right}`, and `{}/metadata/{}` to hide the keys too",
            mount.path, miss.key
        ));
        if let Some(evidence) = mount.evidence {
            finding.label(evidence, format!("`{}/` is version 2: {}", mount.path, because(&mount)));
        }
        if let Some(inner) = verbatim {
            let slash = usize::from(label.starts_with('/'));
            let edits = vec![Edit::replace(inner.after_start(slash + mount.path.len() + 1), "data/")];
            finding.unsafe_fix("deny the data", edits);
        }
    }
}
