//! Which texts are policies.

use crate::model::lower::hidden::may_hide_words;
use crate::syntax::hcl1::{self, Item, ValueKind};
use crate::syntax::{Place, SourceId, Span};

/// True if the text has a `path` rule at its top level, or tries to: then it is a policy, even if it does not parse.
///
/// Cheap for texts that are none, and false for other uses of HCL and JSON: Terraform (policies in its heredocs
/// included), configuration of servers and agents, Access specs.
pub fn looks_like_policy(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    if start.starts_with('{') {
        return (text.contains("\"path\"") || may_hide_words(text)) && json_is_policy(text);
    }
    let suspect = hcl1::mentions_path_rule(start);
    // A rule that a lone carriage return made a part of a comment: to the server, no line ends there.
    let behind = |rest: &str| !rest.starts_with('\n') && rest.contains("path \"");
    let swallowed = start.starts_with(['#', '/']) && start.split('\r').skip(1).any(behind);
    suspect == Some(0)
        || swallowed
        || ((suspect.is_some() || start.lines().any(opens_path_rule) || may_hide_words(start))
            && hcl_is_policy(start))
}

/// True if the text, which its name says is HCL, was meant to be a policy although no rule of it can be made out: the
/// word `path` stands at its top, or a block with one label that holds `capabilities`; or it is the body of a request that
/// writes a policy.
pub fn resembles_policy(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let suspicious = start.contains("path") || start.contains("capabilities");
    match start.strip_prefix('{') {
        Some(inside) => suspicious && inside.trim_start().starts_with("\"policy\""),
        None => suspicious && hcl1::resembles_path_rule(start, FOREIGN),
    }
}

/// Blocks with one label and `capabilities` in other languages: Nomad's policies, Terraform's modules and providers.
const FOREIGN: &[&str] = &[
    "namespace",
    "host_volume",
    "node_pool",
    "volume",
    "plugin",
    "module",
    "provider",
    "variable",
    "output",
    "job",
    "group",
    "task",
    "source",
    "build",
    "include",
    "generate",
    "target",
    "resource",
    "data",
];

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
        // A text that ends after `"path":` is a policy without rules to servers.
        let cut = |span: &Span| text.get(span.range()).is_some_and(|rest| rest.starts_with("\"path\""));
        let only_name = document.items.iter().all(|item| is_named(item, "name"));
        return (!document.errors.is_empty() && text.contains("\"capabilities\""))
            || (only_name && (document.ignored.iter().any(cut) || text.trim_end().ends_with("\"path\":")));
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
