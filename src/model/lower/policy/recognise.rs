//! Which texts are policies.

use crate::syntax::hcl1::{self, Item, ValueKind};
use crate::syntax::{Place, SourceId};

/// True if the text has a `path` rule at its top level, or tries to: then it is a policy, even if it does not parse.
///
/// Cheap for texts that are none, and false for other uses of HCL and JSON: Terraform (policies in its heredocs
/// included), configuration of servers and agents, Access specs.
pub fn looks_like_policy(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') {
        return text.contains("\"path\"") && json_is_policy(text);
    }
    let mut significant = start.lines().filter(|line| !is_blank_or_comment(line));
    match significant.next() {
        None => false,
        Some(first) if opens_path_rule(first.trim_start()) => true,
        Some(_) => start.lines().any(opens_path_rule) && hcl_is_policy(start),
    }
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.starts_with("//")
}

/// A line like `path "secret/*" {`, with whatever quotes, in whatever case.
fn opens_path_rule(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t']).trim_start_matches('"');
    let keyword = line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case("path"));
    let rest = line.get(4..).unwrap_or("").trim_start_matches(['s', '"']);
    keyword && rest.trim_start().starts_with(['"', '\'', '\u{201c}', '`'])
}

/// The slow path: a rule at the top. Of a text that does not parse, and that holds other things than rules, the rule
/// has to stand at the margin, as other formats hold policies as indented text.
fn hcl_is_policy(text: &str) -> bool {
    let document = hcl1::parse(text, &Place::from(SourceId(0), 0));
    let is_rule = |item: &&Item| {
        let keyword = item.keys.first().is_some_and(|key| opens_path_rule(&format!("{} \"", key.text)));
        keyword && item.keys.len() > 1
    };
    let rules = document.items.iter().filter(is_rule).count();
    let foreign = document.items.iter().filter(|item| !is_named(item, "name")).count() > rules;
    if document.errors.is_empty() || (rules > 0 && !foreign) {
        return rules > 0;
    }
    let margin = |line: &str| line.starts_with(['p', 'P', '"']) && opens_path_rule(line);
    (rules > 0 || !foreign) && text.lines().any(margin)
}

fn json_is_policy(text: &str) -> bool {
    let document = hcl1::parse(text, &Place::from(SourceId(0), 0));
    let rules: Vec<&Item> = document.items.iter().filter(|item| is_named(item, "path")).collect();
    if rules.is_empty() {
        return !document.errors.is_empty() && text.contains("\"capabilities\"");
    }
    let only_known = document.items.iter().all(|item| is_named(item, "path") || is_named(item, "name"));
    let is_object = |item: &&Item| matches!(item.value.kind, ValueKind::Object(_));
    (only_known && rules.iter().all(is_object)) || rules.iter().any(|rule| grants(rule))
}

fn is_named(item: &Item, name: &str) -> bool {
    item.keys.first().is_some_and(|key| key.text == name)
}

fn grants(rule: &Item) -> bool {
    let ValueKind::Object(members) = &rule.value.kind else { return false };
    members
        .iter()
        .any(|member| is_named(member, "capabilities") || is_named(member, "policy") || grants(member))
}
