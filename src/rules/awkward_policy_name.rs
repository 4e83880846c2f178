//! # What it finds
//! The name of a declared policy with upper case, white space, a comma or quotes in it.
//!
//! # Why it matters
//! Servers keep names in lower case and show them so. A comma parts names in lists, and a quote is a letter like others:
//! such a name can hardly be attached.
//!
//! # How to fix it
//! Use lower case, digits, `-` and `_`.
//!
//! # Limits
//! Names of policy files are not looked at: they may be written under another name. Two names that differ by case alone
//! are the same policy declared twice, which is reported as `malformed-input`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "awkward-policy-name",
    summary: "a policy name that servers keep in another form",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("awkward_policy_name.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let name = policy.name.as_str();
    if policy.name.span.start == policy.name.span.end {
        return;
    }
    let key = policy.key();
    let is_same = |other: &Policy| other.name.span.start < other.name.span.end && other.name.value != name;
    if cx.project.policies_named(&key).any(is_same) {
        return;
    }
    let barrier = name.contains(|c: char| c == ',' || c == '"' || c == '\'' || c.is_whitespace());
    if key == name && !barrier {
        return;
    }
    let message = if barrier {
        format!("`{name}` cannot be attached: in lists of policies, commas part names and quotes are letters")
    } else {
        format!("servers keep `{name}` as `{key}`")
    };
    let finding = cx.report(policy.name.span, message);
    finding.help("use lower case, digits, `-` and `_`");
    if barrier {
        finding.severity(Severity::Warning);
    }
}
