//! # What it finds
//! `sudo` on a path that ends in a wildcard or holds one.
//!
//! # Why it matters
//! `sudo` is asked for on root-protected endpoints only: raw storage, seal, auth methods, audit devices. A wildcard opens
//! them all at once, and those that later versions add.
//!
//! # How to fix it
//! Grant `sudo` on the root-protected paths that are needed; elsewhere leave it out.
//!
//! # Limits
//! A wildcard inside one family of root-protected paths (`sys/auth/*`) needs `sudo` and is left alone; so is one below a
//! mount that may be PKI. One that hands over several powers at once is `wildcard-administration`; `path "*"` is reported as `wildcard-everything`, `sudo` where no path asks for it as
//! `sudo-useless`.

use super::wildcard_administration;
use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::acl::{SudoReach, sudo_reach};
use crate::semantics::pattern;
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "sudo-on-wildcard",
    summary: "`sudo` on a path with a wildcard",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("sudo_on_wildcard.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for (rule, reached) in policy.path_rules.iter().zip(cx.survey.handed_over(policy)) {
        if !rule.granted().contains(Capability::Sudo) || wildcard_administration::is_wide(rule, reached.len())
        {
            continue;
        }
        let path = rule.pattern();
        if !path.has_wildcard() || pattern::is_everything(&path) {
            continue;
        }
        let label = rule.path.as_str();
        let engine = cx.mounts.over(label, rule.path.span).map(|known| known.engine);
        match sudo_reach(&path, engine) {
            SudoReach::Inside | SudoReach::Nothing => {}
            SudoReach::Across { example, weighty } => {
                let finding = cx.report(place(rule), format!("`sudo` on everything that `{label}` matches"));
                finding
                    .label(rule.path.span, format!("matches root-protected paths, such as `{example}`"))
                    .help("grant `sudo` on the root-protected paths that are needed, each by itself");
                if !weighty {
                    finding.severity(Severity::Note);
                }
            }
        }
    }
}

/// The word, or the legacy value that stands for it.
pub(super) fn place(rule: &PathRule) -> Span {
    let legacy = rule.legacy.as_ref().map(|(value, _)| value.span);
    rule.capability("sudo").map(|word| word.span).or(legacy).unwrap_or(rule.path.span)
}
