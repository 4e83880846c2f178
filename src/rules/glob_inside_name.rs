//! # What it finds
//! A `*` right behind a letter or a digit, as in `secret/data/app*`.
//!
//! # Why it matters
//! It matches `app/db`, and `app-other` and `application/db` as well: the folder of somebody else who comes later.
//!
//! # How to fix it
//! For a folder write `secret/data/app/*`, and for the secret of that name one more rule.
//!
//! # Limits
//! Reported as a note, as some mean it so. System paths, denies and names that end in a separator (`app-*`) are left
//! alone.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "glob-inside-name",
    summary: "a `*` that continues a name",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("glob_inside_name.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let Some(body) = label.strip_suffix('*') else { continue };
        if !body.ends_with(|c: char| c.is_alphanumeric())
            || kv::is_system(body.trim_start_matches('/').split('/').next().unwrap_or(""))
        {
            continue;
        }
        let granted = rule.granted();
        if granted.denies() || granted.is_empty() || body.contains('*') {
            continue;
        }
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let finding = cx.report(rule.path.span, format!("`{label}` also matches `{body}-other`"));
        finding.severity(Severity::Note).help(format!("write `{body}/*` for what lies below `{body}`"));
        if let Some(inner) = verbatim {
            let edits = vec![Edit::replace(inner.after_start(body.len()), "/")];
            finding.unsafe_fix("keep to the folder", edits);
        }
    }
}
