//! # What it finds
//! A list field of a role or a configuration whose value is a text that looks like a JSON list: `'["web", "api"]'`.
//!
//! # Why it matters
//! Vault splits the text at its commas and keeps brackets and quotes: the items become `["web"` and `"api"]`, which
//! match nothing.
//!
//! # How to fix it
//! Write a list, or the items with commas between them.
//!
//! # Limits
//! Only fields that take lists are looked at.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::field::{Field, FieldValue, Fields};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "list-in-text",
    summary: "a list that was written as JSON text",
    category: Category::Correctness,
    check: Check::Project(check),
    fixable: true,
    source: include_str!("list_in_text.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    project.auth_roles.iter().for_each(|role| fields(&role.fields, cx));
    project.secrets_roles.iter().for_each(|role| fields(&role.fields, cx));
    project
        .auth_mounts
        .iter()
        .filter_map(|mount| mount.config.as_ref())
        .for_each(|config| fields(config, cx));
}

fn fields(fields: &Fields, cx: &mut Context<'_>) {
    for field in &fields.known {
        let Some(text) = joined(field) else { continue };
        let items = words(&text);
        let finding = cx
            .report(
                field.span,
                format!("Vault does not read `{text}` as a list: it keeps the brackets as part of the names"),
            )
            .help("write a list, or the items with commas between them");
        if let Some(items) = items {
            let items: Vec<String> = items.iter().map(|item| format!("\"{item}\"")).collect();
            finding.unsafe_fix(
                "write a list",
                vec![Edit::replace(field.span, format!("[{}]", items.join(", ")))],
            );
        }
    }
}

/// The items that are meant, if they are plain.
fn words(text: &str) -> Option<Vec<&str>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let items: Vec<&str> = inner.split(',').map(|item| item.trim().trim_matches(['"', '\''])).collect();
    let is_plain = |item: &&str| !item.is_empty() && !item.contains(['"', '\'', '\\', '[', ']']);
    items.iter().all(is_plain).then_some(items)
}

/// The text of a list field, if it was written as one that begins and ends like a JSON list.
fn joined(field: &Field) -> Option<String> {
    let FieldValue::List(items) = &field.value else { return None };
    let (first, last) = (items.first()?, items.last()?);
    let is_text = items.iter().all(|item| item.span == field.span);
    (is_text && first.value.starts_with('[') && last.value.ends_with(']')).then(|| {
        let items: Vec<&str> = items.iter().map(|item| item.as_str()).collect();
        items.join(", ")
    })
}
