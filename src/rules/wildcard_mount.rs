//! # What it finds
//! A rule for a whole mount: `secret/*`, or `secret/data/*` of a version 2 key-value mount.
//!
//! # Why it matters
//! It opens the secrets of everybody who uses the mount, and all that will be stored there.
//!
//! # How to fix it
//! Give the folder: `secret/data/app/*`.
//!
//! # Limits
//! A note where it only reads. System paths and engines with powers of their own are reported by the rules for those.
//! Below a mount that is not known, the first segment is taken for it.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability::{self, Create, Delete, Patch, Read, Update};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-mount",
    summary: "a rule for everything in one mount",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wildcard_mount.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for (rule, reached) in policy.path_rules.iter().zip(cx.survey.handed_over(policy)) {
        if !rule.path.value.ends_with("/*") || !reached.is_empty() {
            continue;
        }
        let granted = rule.granted();
        let writes = [Create, Update, Patch, Delete].into_iter().any(|it| granted.contains(it));
        if !writes && !granted.contains(Read) {
            continue;
        }
        let Some(mount) = whole_mount(rule, cx) else { continue };
        let words: Vec<&str> = granted.iter().map(Capability::word).collect();
        let message = format!("`{}` grants {} on everything in `{mount}/`", rule.path, words.join(", "));
        cx.report(rule.path.span, message)
            .severity(if writes { Severity::Warning } else { Severity::Note })
            .help("give the folder that is needed");
    }
}

/// The mount, if the rule is for all of it.
fn whole_mount<'a>(rule: &'a PathRule, cx: &Context<'_>) -> Option<&'a str> {
    let label = rule.path.as_str();
    let all = label.strip_prefix('/').unwrap_or(label).strip_suffix("/*")?;
    let first = all.split('/').next()?;
    if kv::is_system(first) || first.is_empty() || all.contains(['*', '+']) || kv::is_template(all) {
        return None;
    }
    if let Some(mount) = all.strip_suffix("/data") {
        let part = kv::part_of(label, rule.path.span, cx.mounts);
        return (part == Some(kv::Part::Data) || !mount.contains('/')).then_some(mount);
    }
    if all != first && !cx.mounts.mentions(all) {
        return None;
    }
    let known = cx.mounts.over(label, rule.path.span);
    known.map_or(all == first, |known| known.path == all).then_some(all)
}
