//! # What it finds
//! A `name_template` that Vault cannot read, or with a function that it does not know, or with text in it that no name
//! of a service account can hold, such as `_` or upper case.
//!
//! # Why it matters
//! Vault refuses the role, or does not look at the outcome: then the API server refuses every object that is made.
//!
//! # How to fix it
//! Use lower-case letters, digits and dashes only; close every `{{`; use the functions that servers define.
//!
//! # Limits
//! What fields and functions give, and how many arguments these take, is not looked at, as the server does not before a
//! name is made. Of names, only the text between the actions is looked at, and only if the template does not put the whole through `lowercase`
//! or `replace`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::secrets_role::SecretsRole;
use crate::syntax::go_template;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unusable-name-template",
    summary: "a name template whose names Kubernetes refuses",
    category: Category::Correctness,
    check: Check::SecretsRole(check),
    fixable: false,
    source: include_str!("unusable_name_template.rs"),
};

fn check(role: &SecretsRole, cx: &mut Context<'_>) {
    let Some(template) = role.fields.text("name_template").filter(|text| !text.value.is_empty()) else {
        return;
    };
    let text = template.value;
    if let Err(why) = go_template::read(text) {
        let finding =
            cx.report(template.span, format!("Vault refuses the role, it cannot read this template: {why}"));
        if why.starts_with("function ") {
            finding.help(format!("functions of servers: `{}`", go_template::OF_SERVERS.join("`, `")));
        } else {
            finding.help("close every `{{` by `}}`, every bracket and every block");
        }
        return;
    }
    let literal = text
        .split("{{")
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { part.split_once("}}").map_or("", |(_, after)| after) });
    let literal: String = literal.collect();
    let wrong = literal
        .chars()
        .find(|next| !(next.is_ascii_lowercase() || next.is_ascii_digit() || matches!(next, '-' | '.')));
    if let Some(wrong) = wrong {
        cx.report(
            template.span,
            format!("Kubernetes takes no name with `{}`, and Vault does not look", wrong.escape_default()),
        )
        .help("use lower-case letters, digits and dashes");
    }
}
