//! # What it finds
//! The value `"*"` in `allowed_parameters` or `denied_parameters`, or a `*` inside the name of a parameter.
//!
//! # Why it matters
//! As a value, `*` works at the start or the end of other text; alone it is the text `*`, and any value is an empty
//! list. As a name, `*` alone stands for all parameters, and beside other text it is a plain character.
//!
//! # How to fix it
//! Write `"name" = []` for any value.
//!
//! # Limits
//! Values with text beside the `*` are left alone.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::{ParameterValue, Policy};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "literal-star-parameter",
    summary: "a `*` in a parameter constraint that is no wildcard",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("literal_star_parameter.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        for parameter in rule.allowed_parameters.iter().chain(&rule.denied_parameters) {
            let name = &parameter.name;
            if name.value.len() > 1 && name.value.contains('*') {
                cx.report(
                    name.span,
                    format!("the `*` in `{name}` is no wildcard: names are compared as they are"),
                )
                .help("name the parameters, or use `*` alone for all of them");
            }
            let star = |value: &ParameterValue| *value == ParameterValue::Text("*".to_owned());
            let Some(value) =
                parameter.values.iter().find(|value| star(&value.value)).filter(|_| name.value != "*")
            else {
                continue;
            };
            let finding = cx.report(
                value.span,
                format!("`*` alone is no wildcard: `{name}` would have to be the text `*`"),
            );
            finding.help("write an empty list, `[]`, for any value");
            if parameter.values.len() == 1 {
                finding.unsafe_fix("let any value through", vec![Edit::replace(value.span, "")]);
            }
        }
    }
}
