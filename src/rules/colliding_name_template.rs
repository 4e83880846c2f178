//! # What it finds
//! A `name_template` without anything that differs from request to request: `random`, `unix_time`, `uuid` and the like.
//!
//! # Why it matters
//! The objects of the second credential have the names of the first: the API server refuses them until the first lease
//! has ended.
//!
//! # How to fix it
//! Put `{{random 8}}` into the template.
//!
//! # Limits
//! A template that calls a function this rule does not know is taken to differ.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::secrets_role::SecretsRole;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "colliding-name-template",
    summary: "a name template that gives every credential one name",
    category: Category::Suspicious,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("colliding_name_template.rs"),
};

/// What a template can call that gives the same for each request of one caller.
const STEADY: [&str; 8] = [
    ".DisplayName",
    ".RoleName",
    "lowercase",
    "uppercase",
    "replace",
    "truncate",
    "truncate_sha256",
    "printf",
];

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(template) = role.fields.text("name_template").filter(|text| !text.value.is_empty()) else {
        return;
    };
    let made = role.fields.text("service_account_name").is_none_or(|name| name.value.is_empty());
    if made && is_steady(template.value) {
        cx.report(
            template.span,
            format!("all credentials of secrets role `{}` have the same name", role.name),
        )
        .help("put `{{random 8}}` into the template");
    }
}

fn is_steady(template: &str) -> bool {
    let actions = template.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap_or_default());
    actions.flat_map(|action| action.split(['|', ' ', '(', ')', '-'])).map(str::trim).all(|word| {
        word.is_empty()
            || STEADY.contains(&word)
            || word.starts_with('"')
            || word.ends_with('"')
            || word.parse::<i64>().is_ok()
    })
}
