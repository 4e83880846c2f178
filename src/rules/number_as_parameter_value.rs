//! # What it finds
//! A number among the values of `allowed_parameters` or `denied_parameters`.
//!
//! # Why it matters
//! Numbers of a request are never equal to numbers of a policy: as an allowed value nothing gets through, and as a
//! denied one everything does.
//!
//! # How to fix it
//! Write it as text, `"1"`, which is what the command line sends. A number in a JSON body can only be admitted by an
//! empty list.
//!
//! # Limits
//! A number inside a list or an object that is a value is left alone.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::{ParameterValue, Policy};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "number-as-parameter-value",
    summary: "a number in a parameter constraint",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("number_as_parameter_value.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        for (parameters, denied) in [(&rule.allowed_parameters, false), (&rule.denied_parameters, true)] {
            for (parameter, value) in parameters
                .iter()
                .flat_map(|parameter| parameter.values.iter().map(move |value| (parameter, value)))
            {
                let ParameterValue::Number(number) = &value.value else { continue };
                let effect = if denied { "keeps nothing out" } else { "lets nothing through" };
                cx.report(value.span, format!("the number `{number}` for `{}` {effect}", parameter.name))
                    .help(format!("write `\"{number}\"`, which is what the command line sends"))
                    .unsafe_fix("write it as text", vec![Edit::replace(value.span, format!("\"{number}\""))]);
            }
        }
    }
}
