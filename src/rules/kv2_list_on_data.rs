//! # What it finds
//! `list` on a path below `data/` of a version 2 key-value mount, in a policy that does not let the keys be listed
//! where they are.
//!
//! # Why it matters
//! Keys are listed below `metadata/`. The word does nothing here, and `vault kv list` ends in "permission denied".
//!
//! # How to fix it
//! Grant `list` on the same path with `metadata/`.
//!
//! # Limits
//! Silent if some rule of the policy lets `metadata/` be listed. The mount must be known as version 2, or the path show
//! it.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::capability::Capability::List;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{Policy, PolicyOrigin};
use crate::semantics::kv::{self, Part};
use crate::semantics::pattern::overlaps;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-list-on-data",
    summary: "`list` on the data of a version 2 mount",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("kv2_list_on_data.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains("/data/") || !rule.granted().contains(List) {
            continue;
        }
        if kv::part_of(label, rule.path.span, cx.mounts) != Some(Part::Data) {
            continue;
        }
        let Some(at) = label.find("/data/") else { continue };
        let right =
            format!("{}/metadata/{}", label.get(..at).unwrap_or(""), label.get(at + 6..).unwrap_or(""));
        let keys = PathPattern::parse(&right);
        let listed = |other: &&crate::model::vault::policy::PathRule| {
            other.span != rule.span && other.granted().contains(List) && overlaps(&other.pattern(), &keys)
        };
        if policy.path_rules.iter().any(|other| listed(&other)) {
            continue;
        }
        let span = rule.capability("list").map_or(rule.path.span, |word| word.span);
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding =
            cx.report(span, format!("`list` does nothing on `{label}`: keys are listed below `metadata/`"));
        finding.help(format!("grant `list` on `{right}`"));
        let in_hcl = matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::SpecText);
        match (verbatim, rule.capabilities.as_slice()) {
            (Some(inner), [_]) => {
                let word = inner.after_start(at + 1).to(inner.after_start(at + 5));
                finding.unsafe_fix("list the keys where they are", vec![Edit::replace(word, "metadata")]);
            }
            (Some(_), [_, ..]) if in_hcl => {
                let end = Span { start: rule.span.end, ..rule.span };
                let block = format!("\n\npath \"{right}\" {{\n  capabilities = [\"list\"]\n}}");
                finding.unsafe_fix("add a rule for the keys", vec![Edit::replace(end, block)]);
            }
            _ => {}
        }
    }
}
