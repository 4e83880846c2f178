//! # What it finds
//! A `+` glued to other text of its segment, as in `team-+`.
//!
//! # Why it matters
//! `+` is a wildcard only as a whole segment. Beside other text it is a plain character, so the rule applies to names with
//! a real `+` in them and to nothing else.
//!
//! # How to fix it
//! Use `+` for the whole segment, or a `*` at the end of the path.
//!
//! # Limits
//! A `+` in the middle of a segment is taken for a name.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "partial-plus",
    summary: "a `+` that is no wildcard because other text shares its segment",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("partial_plus.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains('+') {
            continue;
        }
        // `+*` is refused by servers and reported as such; `c++` is a name.
        let glued = |segment: &&str| {
            segment.len() > 1
                && (segment.starts_with('+') || segment.ends_with('+'))
                && !segment.contains("+*")
                && !segment.contains("++")
                && !kv::is_template(segment)
        };
        if let Some(segment) = label.split('/').find(glued) {
            cx.report(
                rule.path.span,
                format!("the `+` in `{segment}` is no wildcard: it matches a real `+` only"),
            )
            .help("`+` stands for one whole segment; for the start of a name, end the path with `*`");
        }
    }
}
