//! # What it finds
//! A path whose first segment is `+`: the rule applies below every mount, whatever its engine is.
//!
//! # Why it matters
//! The author had one kind of mount in mind. `+/roles/*` is a role of a database, of a certificate authority, of a
//! cloud account and of whatever is mounted next, and `+/data/*` is every key-value mount of every team.
//!
//! # How to fix it
//! Name the mount, one rule for each.
//!
//! # Limits
//! `+/*` is reported as `wildcard-everything`. A deny is left alone.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::{authority, pattern};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-any-mount",
    summary: "a rule for every mount",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wildcard_any_mount.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for (rule, reached) in policy.path_rules.iter().zip(cx.survey.handed_over(policy)) {
        let label = rule.path.as_str();
        let label = label.strip_prefix('/').unwrap_or(label);
        if !label.starts_with("+/") && label != "+" {
            continue;
        }
        let granted = rule.granted();
        if granted.denies() || granted.is_empty() || pattern::is_everything(&rule.pattern()) {
            continue;
        }
        let only_names = granted.iter().all(|capability| capability == Capability::List);
        let words: Vec<&str> = granted.iter().map(Capability::word).collect();
        let mut message = format!("`{label}` grants {} below every mount", words.join(", "));
        if !reached.is_empty() {
            message += &format!(": its holder can {}", authority::in_words(reached, 5));
        }
        let finding = cx.report(rule.path.span, message);
        finding.help("name the mount, one rule for each");
        if reached.iter().any(|it| authority::is_like_root(it.authority)) {
            finding.severity(Severity::Error);
        } else if only_names {
            finding.severity(Severity::Note);
        }
    }
}
