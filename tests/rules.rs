//! The rule table, the rule files, their fixtures and their pages stay in step.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that goes wrong should stop and say so"
)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::{directories, home, in_step, name, texts};
use rolewright::lint::{Check, Rule};
use rolewright::report::page;
use rolewright::rules::RULES;

const HEADINGS: [&str; 4] = ["# What it finds", "# Why it matters", "# How to fix it", "# Limits"];

#[test]
fn the_table_is_sorted_and_names_are_unique() {
    let names: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names, sorted, "sort the rows of RULES in src/rules/mod.rs by name");
}

#[test]
fn every_file_is_a_rule_of_the_table() {
    let files: BTreeSet<String> = texts(&home().join("src/rules"))
        .into_keys()
        .filter(|path| path != "mod.rs")
        .map(|path| path.trim_end_matches(".rs").to_owned())
        .collect();
    let rows: BTreeSet<String> = RULES.iter().map(|rule| rule.name.replace('-', "_")).collect();
    if let Some(file) = files.difference(&rows).next() {
        panic!(
            "src/rules/{file}.rs is not in the table: add `pub mod {file};` and `&{file}::RULE,` to src/rules/mod.rs"
        );
    }
    if let Some(row) = rows.difference(&files).next() {
        panic!("the rule `{}` has no file src/rules/{row}.rs", row.replace('_', "-"));
    }
    for rule in RULES {
        let own = format!("name: \"{}\"", rule.name);
        assert!(
            rule.source.contains(&own),
            "`source` of `{}` is not its own file: look at include_str!",
            rule.name
        );
    }
}

#[test]
fn every_rule_has_a_page_with_all_headings_in_order() {
    for rule in RULES {
        let head = page::head(rule);
        let found: Vec<&str> = head.lines().filter(|line| line.starts_with("# ")).collect();
        assert_eq!(found, HEADINGS, "the `//!` head of `{}`", rule.name);
        let sections =
            head.split("# ").skip(1).map(|section| section.split_once('\n').map_or("", |(_, text)| text));
        for section in sections {
            assert!(!section.trim().is_empty(), "a section in the head of `{}` is empty", rule.name);
        }
    }
}

#[test]
fn names_and_summaries_read_well() {
    const NOT_A_SMELL: [&str; 6] = ["no-", "disallow-", "check-", "invalid-", "avoid-", "prefer-"];
    for Rule { name, summary, .. } in RULES {
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "`{name}` is not kebab case"
        );
        let prefix = NOT_A_SMELL.iter().find(|prefix| name.starts_with(**prefix));
        assert!(prefix.is_none(), "`{name}` does not read well after \"allow\": name the smell");
        assert!(!summary.ends_with('.'), "the summary of `{name}` ends in a full stop");
        assert!(!summary.contains('\n') && !summary.is_empty(), "the summary of `{name}` is one line");
        let first = summary.chars().next().unwrap_or(' ');
        let second = summary.chars().nth(1).unwrap_or(' ');
        assert!(
            !first.is_uppercase() || second.is_uppercase(),
            "the summary of `{name}` starts in lower case unless with an abbreviation"
        );
    }
}

#[test]
fn every_rule_has_bad_and_good_fixtures() {
    let root = home().join("fixtures/rules");
    let mut missing = Vec::new();
    for rule in RULES {
        let folder = root.join(rule.name);
        let cases: Vec<String> = directories(&folder).iter().map(|path| name(path)).collect();
        for kind in ["bad", "good"] {
            if !cases.iter().any(|case| case.starts_with(kind)) && !is_syntax_error(rule) {
                missing.push(format!("fixtures/rules/{}/{kind}/", rule.name));
            }
        }
        let fixed = cases.iter().any(|case| case.starts_with("fixed"));
        if rule.fixable && !fixed {
            missing.push(format!("fixtures/rules/{}/fixed/ (or set `fixable: false`)", rule.name));
        }
    }
    assert!(missing.is_empty(), "make\n  {}\n", missing.join("\n  "));
    for folder in directories(&root) {
        let name = name(&folder);
        assert!(RULES.iter().any(|rule| rule.name == name), "fixtures/rules/{name} has the name of no rule");
    }
}

/// Its fixtures do not parse, which is what the fixtures of the other rules are checked for.
fn is_syntax_error(rule: &Rule) -> bool {
    matches!(rule.check, Check::Engine) && rule.name == "syntax-error"
}

#[test]
fn the_rule_table_of_the_readme_is_in_step() {
    const BEGIN: &str = "<!-- rules:begin -->\n";
    const END: &str = "<!-- rules:end -->";
    let path = home().join("README.md");
    let Ok(readme) = fs::read_to_string(&path) else { panic!("README.md is missing") };
    let parts = readme.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let Some((before, after)) = parts else { panic!("README.md has no `{}` … `{END}`", BEGIN.trim()) };
    let wanted = format!("{before}{BEGIN}{}{END}{after}", page::table(RULES));
    check(in_step(&path, &wanted));
}

#[test]
fn the_pages_of_rules_are_in_step() {
    let results: Vec<String> = RULES
        .iter()
        .filter_map(|rule| {
            let folder = home().join("fixtures/rules").join(rule.name);
            in_step(&folder.join("README.md"), &markdown_page(rule, &folder)).err()
        })
        .collect();
    check(if results.is_empty() { Ok(()) } else { Err(results.join("\n")) });
}

fn check(result: Result<(), String>) {
    if let Err(message) = result {
        panic!("\n{message}");
    }
}

/// The page that a Git host shows at the folder's address: the head of the rule's file, and its first bad case with
/// what is reported there and what it becomes.
fn markdown_page(rule: &Rule, folder: &Path) -> String {
    let head = page::head(rule).replace("\n# ", "\n## ");
    let head = head.strip_prefix("# ").map(|rest| format!("## {rest}")).unwrap_or(head);
    let mut out = format!(
        "# `{}`\n\n{}.\n\n{}.\n\n{head}",
        rule.name,
        sentence(rule.summary),
        sentence(&page::facts(rule))
    );
    let bad = directories(folder).into_iter().find(|path| name(path).starts_with("bad"));
    let Some(bad) = bad else { return out };
    out += "\n## Example\n";
    for (file, text) in texts(&bad) {
        if file != "markers.txt" {
            out += &block(&file, &text);
        }
    }
    if let Ok(report) = fs::read_to_string(bad.with_extension("txt")) {
        out += &format!("\nis reported as\n\n```text\n{}```\n", ensure_newline(&report));
    }
    let fixed = bad.with_file_name(name(&bad).replacen("bad", "fixed", 1));
    let changed: Vec<(String, String)> = {
        let before = texts(&bad);
        texts(&fixed).into_iter().filter(|(file, text)| before.get(file) != Some(text)).collect()
    };
    if !changed.is_empty() {
        out += "\nand becomes\n";
        for (file, text) in changed {
            out += &block(&file, &text);
        }
    }
    out
}

fn block(file: &str, text: &str) -> String {
    let language = match file.rsplit('.').next() {
        Some("yaml" | "yml") => "yaml",
        Some("json") => "json",
        Some("hcl" | "policy") => "hcl",
        Some("toml") => "toml",
        _ => "text",
    };
    format!("\n`{file}`\n\n```{language}\n{}```\n", ensure_newline(text))
}

fn ensure_newline(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn sentence(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
