//! # What it finds
//! `${…}`, `<%= … %>`, `%{…}` or a Go template such as `{{ .Values.path }}` in the path of a rule.
//!
//! # Why it matters
//! Servers know identity templates only. Sent as it stands, `${…}` is plain text that matches no request, and a rule
//! with a foreign `{{…}}` is dropped for every token.
//!
//! # How to fix it
//! Render the file before it is sent, and name it so that this is seen: `app.hcl.tpl`.
//!
//! # Limits
//! A note for forms that Terraform and shells render, as files are often called `.hcl` all the same.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::policy::Policy;
use crate::semantics::placeholder::{Referent, placeholders};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "foreign-template",
    summary: "a template of another tool in a path",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("foreign_template.rs"),
};

const MARKS: [&str; 4] = ["${", "<%", "%{", "$("];

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        if !label.contains(['$', '%', '{']) {
            continue;
        }
        let found = placeholders(label);
        let foreign = found.iter().find(|it| it.referent == Referent::Foreign);
        if let Some(foreign) = foreign {
            cx.report(
                rule.path.span,
                format!("servers know no `{}`, so the rule is dropped", foreign.directive),
            )
            .help("render the file before it is sent");
        } else if let Some(mark) = MARKS.iter().find(|mark| label.contains(**mark)) {
            cx.report(rule.path.span, format!("to servers, `{mark}` in `{label}` is plain text"))
                .severity(Severity::Note)
                .help("render the file before it is sent");
        }
    }
}
