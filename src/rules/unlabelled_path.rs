//! # What it finds
//! A `path` block without a label, as in `path { … }`, or an empty `"path"` object in JSON.
//!
//! # Why it matters
//! Servers take it without a word for a rule about the one path that is called `path`.
//!
//! # How to fix it
//! Write the path behind the keyword: `path "secret/data/app" { … }`.
//!
//! # Limits
//! A rule whose label is written out as `path` is left alone.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unlabelled-path",
    summary: "a path rule without a path",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("unlabelled_path.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value == "path") {
        // A label stands behind the keyword, so that the rule starts before it.
        if rule.path.span.start > rule.span.start {
            continue;
        }
        cx.report(
            rule.path.span,
            "this rule has no path: servers take it for one about a path called `path`",
        )
        .help("write the path behind the keyword: `path \"secret/data/app\" { … }`");
    }
}
