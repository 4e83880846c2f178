//! # What it finds
//! A rule for every path: `*`, `+/*` and the like.
//!
//! # Why it matters
//! It reaches every secret of every mount, the policies and auth methods themselves, and whatever is mounted next. With
//! write access it is root by another name.
//!
//! # How to fix it
//! Name the mounts that are needed.
//!
//! # Limits
//! More specific rules of the same policy may take parts away; they do not change the finding. A deny is left alone.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::Policy;
use crate::semantics::{authority, pattern};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "wildcard-everything",
    summary: "a rule for every path of the server",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("wildcard_everything.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for (rule, reached) in policy.path_rules.iter().zip(cx.survey.handed_over(policy)) {
        let label = rule.path.as_str();
        // Every such label is made of these alone.
        if !label.ends_with('*')
            || !label.bytes().all(|byte| matches!(byte, b'*' | b'+' | b'/'))
            || !pattern::is_everything(&rule.pattern())
        {
            continue;
        }
        let granted = rule.granted();
        if granted.denies() || granted.is_empty() {
            continue;
        }
        let only_names = granted.iter().all(|capability| capability == Capability::List);
        let words: Vec<&str> = granted.iter().map(Capability::word).collect();
        let severity = if only_names { Severity::Warning } else { Severity::Error };
        let mut message = format!("`{label}` grants {} on every path of the server", words.join(", "));
        if !reached.is_empty() {
            message += &format!(": its holder can {}", authority::in_words(reached, 5));
        }
        cx.report(rule.path.span, message)
            .severity(severity)
            .help("name the mounts that are needed, such as `secret/data/app/*`");
    }
}
