//! # What it finds
//! A Go template such as `{{ .Values.path }}` in the path of a rule, and in a spec also `${…}`, `<%= … %>` and `%{…}`.
//!
//! # Why it matters
//! Servers know identity templates only. A rule with a foreign `{{…}}` is dropped for every token, and `${…}` is plain text
//! that matches no request.
//!
//! # How to fix it
//! Render the text before it is sent.
//!
//! # Limits
//! In policy files `${…}` and the like are left alone: such files are rendered by Terraform and others before they are sent.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::policy::{Policy, PolicyOrigin};
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
    // Files are often rendered before they are sent, whatever their names are; texts of specs are not.
    let in_file = matches!(policy.origin, PolicyOrigin::HclFile | PolicyOrigin::JsonFile);
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
        } else if !in_file && let Some(mark) = MARKS.iter().find(|mark| label.contains(**mark)) {
            cx.report(rule.path.span, format!("to servers, `{mark}` in `{label}` is plain text"))
                .help("render the file before it is sent");
        }
    }
}
