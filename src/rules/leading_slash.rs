//! # What it finds
//! A path that starts with a slash.
//!
//! # Why it matters
//! One slash is taken off by the server, so the rule works but reads as if it were something else. With two, one stays,
//! and the rule never applies: requests come without any.
//!
//! # How to fix it
//! Leave the slash out.
//!
//! # Limits
//! A `/v1/` in front is reported as `api-version-prefix`.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "leading-slash",
    summary: "a path that starts with a slash",
    category: Category::Style,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("leading_slash.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let real = label.trim_start_matches('/');
        let slashes = label.len() - real.len();
        if slashes == 0 || real.is_empty() || real.starts_with("v1/") {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = if slashes == 1 {
            cx.report(rule.path.span, format!("the slash in front of `{label}` means nothing"))
        } else {
            cx.report(rule.path.span, format!("`{label}` never applies: the server takes off one slash only"))
                .severity(Severity::Error)
        };
        finding.help(format!("write `{real}`"));
        if let Some(inner) = verbatim {
            let edits = vec![Edit::replace(inner.head(slashes), "")];
            // The first slash is taken off anyway; without the others the rule begins to match.
            match slashes {
                1 => finding.fix("remove the slash", edits),
                _ => finding.unsafe_fix("remove the slashes", edits),
            };
        }
    }
}
