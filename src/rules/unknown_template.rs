//! # What it finds
//! A `{{…}}` in a path that is none of the identity templates.
//!
//! # Why it matters
//! Servers look at the braces only when the policy is written. When it is used they drop the rule for every token,
//! without a word: a grant opens nothing, and a deny protects nothing.
//!
//! # How to fix it
//! Use `identity.entity.id`, `.name`, `.metadata.KEY`, `.aliases.ACCESSOR.name` and the like,
//! `identity.groups.names.NAME.id` and the like, `time.now`.
//!
//! # Limits
//! Templates of other languages are reported as `foreign-template`, braces that do not pair up as `refused-policy`.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{self, Referent, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-template",
    summary: "a template that no server knows",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unknown_template.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in policy.path_rules.iter().filter(|rule| rule.path.value.contains("{{")) {
        let verbatim = cx.project.sources.verbatim(&rule.path);
        for found in placeholders(rule.path.as_str()) {
            if found.referent != Referent::Unknown || found.directive.contains('<') {
                continue;
            }
            let directive = found.directive;
            let inner = verbatim
                .map(|inner| inner.after_start(found.range.start).to(inner.after_start(found.range.end)));
            let what = if rule.granted().denies() { "protects nothing" } else { "is dropped" };
            let finding = cx.report(
                inner.unwrap_or(rule.path.span),
                format!("servers know no `{directive}`, so the rule {what}"),
            );
            match placeholder::meant(directive) {
                Some(meant) => {
                    finding.help(format!("did you mean `{meant}`?"));
                    if let Some(inner) = inner {
                        let title = format!("write `{meant}`");
                        finding.unsafe_fix(title, vec![Edit::replace(inner, format!("{{{{{meant}}}}}"))]);
                    }
                }
                None => {
                    finding.help("there are `identity.entity.…`, `identity.groups.…` and `time.now`");
                }
            }
        }
    }
}
