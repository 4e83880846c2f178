//! # What it finds
//! A rule below a version 2 key-value mount whose path lacks `data/` (or `metadata/` and the like).
//!
//! # Why it matters
//! The API of version 2 has a word between the mount and the key: `secret/data/app`, while `vault kv get` shows
//! `secret/app`. Without the word the rule matches no request, and logins end in "permission denied".
//!
//! # How to fix it
//! Put `data/` behind the mount for reading and writing, `metadata/` for listing.
//!
//! # Limits
//! The mount must be known as version 2: from a spec, from `[[mount]]` of the configuration, or by what scripts, Terraform
//! and manifests nearby and policies of the same directory show. Silent if the policy has the right rule beside it, and
//! where the evidence contradicts itself.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::capability::{Capability, CapabilitySet};
use crate::model::vault::mount::Confidence;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::semantics::kv;
use crate::semantics::mounts::Known;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kv2-missing-data",
    summary: "a path below a version 2 key-value mount without `data/`",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("kv2_missing_data.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let Some((mount, miss)) = kv::missed_by(rule, cx.mounts) else { continue };
        let granted = rule.granted();
        // Events are asked for by the key, without the word.
        if granted.denies() || granted.is_empty() || granted.contains(Capability::Subscribe) {
            continue;
        }
        let words = words_for(granted);
        let right: Vec<String> =
            words.iter().map(|word| format!("{}/{word}/{}", mount.path, miss.key)).collect();
        if right.iter().any(|right| kv::has_twin(policy, rule, right)) {
            continue;
        }
        let edits = edits(policy, rule, &mount, words, cx);
        let quoted: Vec<String> = right.iter().map(|path| format!("`{path}`")).collect();
        let finding = cx
            .report(
                rule.path.span,
                format!("`{label}` matches no request: `{}/` is a version 2 key-value mount", mount.path),
            )
            .help(format!("write {}", quoted.join(" and, for listing, ")));
        if let Some(evidence) = mount.evidence {
            finding.label(evidence, format!("`{}/` is version 2: {}", mount.path, because(&mount)));
        }
        if mount.confidence == Confidence::Inferred {
            finding.severity(Severity::Warning);
        }
        if let Some(edits) = edits {
            finding.unsafe_fix("put the word of the API behind the mount", edits);
        }
    }
}

/// What kind of place the knowledge comes from.
pub(super) fn because(mount: &Known<'_>) -> &'static str {
    match mount.confidence {
        Confidence::Declared => "declared here",
        Confidence::Configured => "configured",
        Confidence::Inferred if mount.by_use => "used like that here",
        Confidence::Inferred => "mounted here",
    }
}

/// Which parts of the API the capabilities speak of.
fn words_for(granted: CapabilitySet) -> &'static [&'static str] {
    let lists = granted.contains(Capability::List);
    let more = granted.iter().any(|capability| capability != Capability::List);
    match (more, lists) {
        (true, true) => &["data", "metadata"],
        (false, true) => &["metadata"],
        _ => &["data"],
    }
}

/// The first word goes into the path; a second one, for listing, becomes a rule of its own behind this one.
fn edits(
    policy: &Policy,
    rule: &PathRule,
    mount: &Known<'_>,
    words: &[&str],
    cx: &Context<'_>,
) -> Option<Vec<Edit>> {
    let label = rule.path.as_str();
    let slash = usize::from(label.starts_with('/'));
    let inner = cx.project.sources.verbatim(&rule.path)?;
    let first = words.first()?;
    let mut edits = vec![Edit::replace(inner.after_start(slash + mount.path.len() + 1), format!("{first}/"))];
    if words.len() > 1 {
        let in_hcl = matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::SpecText);
        let one_line = rule.keys.len() == 1 && rule.legacy.is_none();
        let capabilities = rule.capabilities_span.filter(|_| in_hcl && one_line)?;
        let kept: Vec<String> = rule
            .capabilities
            .iter()
            .filter(|word| word.value != "list")
            .map(|word| format!("\"{word}\""))
            .collect();
        edits.push(Edit::replace(capabilities, format!("[{}]", kept.join(", "))));
        let key = kv::misses_api(label, mount.path)?.key;
        let indent = indentation(rule, cx);
        let block = format!(
            "\n\n{indent}path \"{}/metadata/{key}\" {{\n{indent}  capabilities = [\"list\"]\n{indent}}}",
            mount.path
        );
        let end = crate::syntax::Span { start: rule.span.end, ..rule.span };
        edits.push(Edit::replace(end, block));
    }
    Some(edits)
}

/// The blanks in front of the rule, for a policy inside a spec.
fn indentation(rule: &PathRule, cx: &Context<'_>) -> String {
    let head = crate::syntax::Span { start: 0, end: rule.span.start, ..rule.span };
    let before = cx.project.sources.slice(head);
    let line = before.rsplit('\n').next().unwrap_or("");
    if line.trim().is_empty() { line.to_owned() } else { String::new() }
}
