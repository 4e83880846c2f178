//! # What it finds
//! A rule below a version 1 key-value mount whose path has `data/` or `metadata/` behind the mount.
//!
//! # Why it matters
//! Version 1 has no such word: the rule speaks of secrets in a folder named `data`, and the ones that were meant stay out
//! of reach, or unprotected.
//!
//! # How to fix it
//! Leave the word out, or mount version 2.
//!
//! # Limits
//! The mount must be known as version 1. Silent if the policy has the rule for version 1 beside it, or if other files use
//! the mount like version 2.

use super::kv2_missing_data::because;
use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::mount::{Confidence, KvVersion};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv1-with-data",
    summary: "a path below a version 1 key-value mount with `data/` in it",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("kv1_with_data.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains("data/") {
            continue;
        }
        let Some(mount) = cx.mounts.kv(label, rule.path.span, KvVersion::V1) else { continue };
        let Some((word, key)) = kv::v2_word_on_v1(label, mount.path) else { continue };
        let right = format!("{}/{key}", mount.path);
        if kv::has_twin(policy, rule, &right) {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = cx
            .report(
                rule.path.span,
                format!(
                    "`{label}` speaks of a folder named `{word}`: `{}/` is a version 1 key-value mount",
                    mount.path
                ),
            )
            .help(format!("write `{right}`, or mount version 2"));
        if let Some(evidence) = mount.evidence {
            finding.label(evidence, format!("`{}/` is version 1: {}", mount.path, because(&mount)));
        }
        if mount.confidence == Confidence::Inferred {
            finding.severity(Severity::Warning);
        }
        if let Some(inner) = verbatim {
            let slash = usize::from(label.starts_with('/'));
            let from = inner.after_start(slash + mount.path.len() + 1);
            let edit = Edit::replace(from.head(word.len() + 1), "");
            finding.unsafe_fix("leave the word out", vec![edit]);
        }
    }
}
