//! # What it finds
//! A path that ends in `}}*`: what the template stands for is only the beginning of the names that match.
//!
//! # Why it matters
//! `team-a` reaches what belongs to `team-ab` as well. A value of metadata may be empty, and then the rule is for
//! everything there: the Kubernetes auth method leaves `service_account_secret_name` empty for today's tokens.
//!
//! # How to fix it
//! Put a slash between the two: `secret/data/{{identity.entity.name}}/*`.
//!
//! # Limits
//! A deny is left alone, as it only closes more. A separator before the `*` (`}}-*`) is taken for meant.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{Referent, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "open-ended-template",
    summary: "a `*` right behind a template",
    category: Category::Security,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("open_ended_template.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.ends_with("}}*")) {
        let granted = rule.granted();
        if granted.denies() || granted.is_empty() {
            continue;
        }
        let Some(last) = placeholders(rule.path.as_str()).pop() else { continue };
        let may_be_empty =
            matches!(last.referent, Referent::EntityMetadata(_) | Referent::Alias { metadata: Some(_), .. });
        let id = last.directive.ends_with(".id");
        let verbatim = cx.project.sources.verbatim(&rule.path);
        let message = if may_be_empty {
            format!("if `{}` is empty, `{}` matches everything there", last.directive, rule.path)
        } else {
            format!("`{}` matches all names that start with `{}`", rule.path, last.directive)
        };
        let finding = cx.report(rule.path.span, message);
        finding.help("put a slash before the `*`");
        if id {
            finding.severity(Severity::Note);
        }
        if let Some(inner) = verbatim {
            let at = inner.after_start(last.range.end);
            finding.unsafe_fix("put a slash before the `*`", vec![Edit::replace(at, "/")]);
        }
    }
}
