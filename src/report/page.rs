//! The page of a rule: the head of its file.

use crate::lint::{Level, Rule};

/// The `//!` head of the rule's file, as Markdown.
pub fn head(rule: &Rule) -> String {
    let lines = rule.source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut out = String::new();
    for line in lines {
        out += line.strip_prefix(' ').unwrap_or(line);
        out.push('\n');
    }
    out
}

/// One line of facts: category, default level, what it looks at, whether it can be fixed.
pub fn facts(rule: &Rule) -> String {
    let level = match rule.category.default_level() {
        Level::Off => "off unless configured".to_owned(),
        level => format!("{} by default", level.word()),
    };
    let fixable = if rule.fixable { ", with a fix" } else { "" };
    format!("{}, {level}, looks at each {}{fixable}", rule.category.word(), rule.check.scope())
        .replace("looks at each engine", "reported by the engine itself")
        .replace("looks at each project", "looks at the whole project")
}

/// The page for a terminal: headings in capitals, text indented.
pub fn terminal(rule: &Rule) -> String {
    let mut out = format!("{}: {}\n{}\n", rule.name, rule.summary, facts(rule));
    for line in head(rule).lines() {
        match line.strip_prefix("# ") {
            Some(heading) => out += &format!("\n{}\n", heading.to_uppercase()),
            None if line.is_empty() => {}
            None => out += &format!("  {line}\n"),
        }
    }
    out
}

/// The rows of the rule table, as Markdown.
pub fn table(rules: &[&Rule]) -> String {
    let mut out =
        String::from("| rule | what it finds | category | default | fix |\n|---|---|---|---|---|\n");
    for rule in rules {
        out += &format!(
            "| [`{0}`](fixtures/rules/{0}/README.md) | {1} | {2} | {3} | {4} |\n",
            rule.name,
            rule.summary.replace('|', "\\|"),
            rule.category.word(),
            rule.category.default_level().word(),
            if rule.fixable { "yes" } else { "" },
        );
    }
    out
}
