//! The table of rules, as SARIF has it.

use serde_json::{Value, json};

use crate::lint::{Category, Level, Rule};
use crate::report::page;
use crate::rules::RULES;

/// GitHub takes no more for a description.
const DESCRIPTION: usize = 1024;

/// Every rule there is, sorted by name, so that the table does not depend on what was found.
pub fn all() -> Vec<Value> {
    RULES.iter().map(|rule| descriptor(rule)).collect()
}

/// The place of a rule in the table.
pub fn index(rule: &Rule) -> Option<usize> {
    RULES.iter().position(|other| other.name == rule.name)
}

fn descriptor(rule: &Rule) -> Value {
    let page = page::head(rule);
    let level = rule.category.default_level();
    let mut properties = json!({
        "tags": tags(rule.category),
        "precision": precision(rule.category),
        "problem.severity": problem(level),
    });
    if let (Some(score), Some(fields)) = (security_severity(rule.category), properties.as_object_mut()) {
        fields.insert("security-severity".to_owned(), json!(score));
    }
    json!({
        "id": rule.name,
        "name": rule.name,
        "shortDescription": { "text": cut(rule.summary) },
        "fullDescription": { "text": cut(&why(&page).unwrap_or_else(|| rule.summary.to_owned())) },
        "help": { "text": page, "markdown": page },
        "defaultConfiguration": {
            "enabled": level != Level::Off,
            "level": match level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note | Level::Off => "note",
            },
        },
        "properties": properties,
    })
}

fn tags(category: Category) -> Vec<&'static str> {
    match category {
        // GitHub treats rules with this tag as security alerts.
        Category::Security => vec!["security", "access-control"],
        category => vec![category.word()],
    }
}

/// How sure the rules of a category are: pedantic ones ask for more than everybody wants.
fn precision(category: Category) -> &'static str {
    match category {
        Category::Correctness => "very-high",
        Category::Security | Category::Style => "high",
        Category::Suspicious => "medium",
        Category::Pedantic => "low",
    }
}

/// `security-severity` on the scale of CVSS; only security rules are alerts of that kind.
fn security_severity(category: Category) -> Option<&'static str> {
    (category == Category::Security).then_some("7.5")
}

fn problem(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note | Level::Off => "recommendation",
    }
}

/// The first paragraph under `Why it matters`, as one line.
fn why(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("# Why it matters\n")?;
    let paragraph = rest.split("\n\n").next()?.trim();
    (!paragraph.is_empty()).then(|| paragraph.replace('\n', " "))
}

fn cut(text: &str) -> String {
    text.chars().take(DESCRIPTION).collect()
}
