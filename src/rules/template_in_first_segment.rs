//! # What it finds
//! A path whose first segment holds a template.
//!
//! # Why it matters
//! Who chooses the value chooses the mount: a name such as `sys` or `auth` leads into the administration of the server.
//!
//! # How to fix it
//! Put a mount in front: `secret/data/{{identity.entity.name}}/*`.
//!
//! # Limits
//! A deny is left alone. Ids cannot be chosen: a note.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{Referent, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "template-in-first-segment",
    summary: "a template that chooses the mount",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("template_in_first_segment.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("{{")) {
        let granted = rule.granted();
        let label = rule.path.as_str();
        let body = label.strip_prefix('/').unwrap_or(label);
        let first = body.split('/').next().unwrap_or("");
        if !first.contains("{{") || granted.denies() || granted.is_empty() {
            continue;
        }
        let found = placeholders(label);
        let Some(template) =
            found.first().filter(|it| !matches!(it.referent, Referent::Unknown | Referent::Foreign))
        else {
            continue;
        };
        let finding =
            cx.report(rule.path.span, format!("whoever sets `{}` chooses the mount", template.directive));
        finding.help("put a mount in front, such as `secret/data/`");
        if template.directive.ends_with(".id") || first.starts_with(|c: char| c != '{') {
            finding.severity(Severity::Note);
        }
    }
}
