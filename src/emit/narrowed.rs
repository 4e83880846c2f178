//! Narrowed policies to text: canonical HCL that keeps the comments of what stays, and edits of the file that holds it.

use std::collections::BTreeSet;

use super::hcl::policy_text;
use super::{quote, rewritten};
use crate::lint::{Edit, removal};
use crate::model::project::Project;
use crate::model::vault::auth_role::AuthRole;
use crate::model::vault::capability::Capability;
use crate::model::vault::path::PathPattern;
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::semantics::least::{Need, NeedSource, PolicyAnswer, RoleAnswer, Standing, is_among};
use crate::semantics::pattern::{covers, overlaps};
use crate::syntax::unseen::is_harmful;
use crate::syntax::{Source, Sources, Span, Spanned};

/// How the first line of a narrowed policy begins.
pub const HEADER: &str = "# Narrowed by `rolewright suggest`";

/// How many needs the comment at the top names.
const NAMED: usize = 12;

/// A narrowed policy as text.
#[derive(Debug, Clone)]
pub struct Text {
    /// The whole policy in canonical HCL.
    pub hcl: String,
    /// What to change in the inputs; nothing where that is not certain, or where the policy is compiled from a grant.
    pub edits: Option<Vec<Edit>>,
}

/// The text of `new`, to which the policy `old` of the project was narrowed; nothing if it cannot be said in HCL.
///
/// `new` has at least one path rule.
pub fn text(project: &Project, old: &Policy, new: &Policy, header: &str) -> Option<Text> {
    let source = project.sources.get(old.span.source)?;
    let base = match (old.origin, &old.text) {
        (PolicyOrigin::HclFile, _) => source.text.clone(),
        (PolicyOrigin::JsonFile, _) => rewritten::canonical(&source.text)?,
        (PolicyOrigin::SpecText, Some(text)) => text.clone(),
        _ => policy_text(old),
    };
    let text = rewritten::policy(&base, old, new, header)?;
    let hcl = rewritten::canonical(&text)?;
    let edits = match old.origin {
        PolicyOrigin::HclFile => Some(vec![Edit { span: source.whole(), text }]),
        PolicyOrigin::SpecPaths => in_spec(source, old, new),
        _ => None,
    };
    Some(Text { hcl, edits })
}

/// The comment that says from what a narrowed policy is derived.
pub fn header(project: &Project, answer: &PolicyAnswer, new: &Policy, roles: &[RoleAnswer]) -> String {
    let of_policy = roles.iter().filter(|role| answer.roles.contains(&role.name));
    let needs = of_policy.flat_map(|role| &role.needs);
    let needs = needs.filter(|need| need.standing != Standing::Missing && serves(new, need));
    let mut lines: Vec<String> = Vec::new();
    for need in needs {
        let line = format!("#   {}", said(project, need));
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let more = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    let mut out = format!("{HEADER} to what these files show to be needed, and no more:\n");
    for line in lines {
        out += &line;
        out.push('\n');
    }
    if more > 0 {
        out += &format!("#   and {more} more\n");
    }
    out
}

/// True if a rule of the policy may be one that the need goes by.
fn serves(policy: &Policy, need: &Need) -> bool {
    let on = PathPattern::parse(&need.on);
    let folder = PathPattern::parse(&format!("{}/", need.on.trim_end_matches('/')));
    let lists = need.capability == Capability::List;
    policy.path_rules.iter().filter(|rule| rule.granted().contains(need.capability)).any(|rule| {
        let pattern = rule.pattern();
        rule.path.value.contains("{{") || overlaps(&pattern, &on) || (lists && overlaps(&pattern, &folder))
    })
}

fn said(project: &Project, need: &Need) -> String {
    let file = project.sources.get(need.span.source).map_or("", |source| source.name.as_str());
    let by = match need.source {
        NeedSource::Expectation => "an expectation",
        _ => need.by.as_str(),
    };
    // So that code in Markdown ends where it is meant to.
    let text = format!("{} {}: {by}, {file}", need.capability, need.on).replace('`', "\\u{60}");
    quote::comment(&text).chars().filter(|c| !is_harmful(*c)).collect()
}

/// The rules of `new` that stand for a rule of `old`, which they have their place from.
pub(super) fn stand_for<'p>(old: &Policy, rule: &PathRule, new: &'p Policy) -> Vec<&'p PathRule> {
    let shares = old.path_rules.iter().filter(|other| other.path.span == rule.path.span).count() > 1;
    let is_his = |other: &&PathRule| {
        let is_inside = || covers(&rule.pattern(), &other.pattern());
        other.path.span == rule.path.span && (!shares || is_inside())
    };
    new.path_rules.iter().filter(is_his).collect()
}

pub(super) fn is_same(one: &PathRule, other: &PathRule) -> bool {
    one.path.value == other.path.value && one.granted() == other.granted()
}

/// Edits that take policies out of the `token_policies` of a role; nothing where it cannot be told what to cut.
pub fn detached(project: &Project, role: &AuthRole, names: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let field = role.fields.get("token_policies").filter(|_| !role.from_grant)?;
    let source = project.sources.get(field.span.source)?;
    let goes = |item: &&Spanned<String>| is_among(&item.value, names);
    let rest: Vec<&Spanned<String>> = role.policies().iter().filter(|item| !goes(item)).collect();
    let list = source.slice(field.span);
    let whole = |items: Vec<String>| vec![Edit { span: field.span, text: format!("[{}]", items.join(", ")) }];
    // One text with commas.
    if role.policies().iter().any(|item| item.span == field.span) {
        let items: Result<Vec<String>, _> = rest.iter().map(|it| serde_json::to_string(&it.value)).collect();
        return Some(whole(items.ok()?));
    }
    if rest.is_empty() || (list.starts_with('[') && !list.contains(['#', '\n'])) {
        return Some(whole(rest.iter().map(|item| source.slice(item.span).to_owned()).collect()));
    }
    let cut =
        |item: &Spanned<String>| Some(Edit { span: removal::item(source, item.span)?, text: String::new() });
    role.policies().iter().filter(goes).map(cut).collect()
}

/// Edits of a spec's `path` entries; nothing where it cannot be told what to cut or to write.
fn in_spec(source: &Source, old: &Policy, new: &Policy) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    for rule in &old.path_rules {
        match stand_for(old, rule, new).as_slice() {
            [one] if is_same(one, rule) => {}
            [] => edits.push(Edit { span: removal::entry(source, rule.span)?, text: String::new() }),
            several => {
                let entries: Option<Vec<String>> =
                    several.iter().map(|one| entry(source, rule, one)).collect();
                edits.push(Edit { span: rule.span, text: entries?.join(&between(source, rule.span)?) });
            }
        }
    }
    Some(edits)
}

/// The entry of `rule` with another label and other capabilities; all else in it stays.
fn entry(source: &Source, rule: &PathRule, one: &PathRule) -> Option<String> {
    let mut parts: Vec<(Span, String)> = Vec::new();
    if one.path.value != rule.path.value {
        let is_plain = source.slice(rule.path.span) == rule.path.value && is_plain_key(&one.path.value);
        let text =
            if is_plain { one.path.value.clone() } else { serde_json::to_string(&one.path.value).ok()? };
        parts.push((rule.path.span, text));
    }
    if one.granted() != rule.granted() {
        let span = rule.capabilities_span.filter(|_| rule.legacy.is_none())?;
        let list = source.slice(span);
        if !list.starts_with('[') {
            return None;
        }
        let is_quoted = list.contains('"');
        let word = |word: &str| if is_quoted { format!("\"{word}\"") } else { word.to_owned() };
        let words: Vec<String> = one.capabilities.iter().map(|it| word(&it.value)).collect();
        parts.push((span, format!("[{}]", words.join(", "))));
    }
    parts.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut text = source.slice(rule.span).to_owned();
    let start = rule.span.range().start;
    for (span, part) in parts {
        let range = span.range();
        let (from, to) = (range.start.checked_sub(start)?, range.end.checked_sub(start)?);
        text.get(from..to)?;
        text.replace_range(from..to, &part);
    }
    Some(text)
}

/// What stands between two entries of the map that holds this one.
fn between(source: &Source, entry: Span) -> Option<String> {
    let (before, after) = (source.text.get(..entry.range().start)?, source.text.get(entry.range().end..)?);
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let indent = before.get(line..)?;
    let is_alone = indent.trim().is_empty();
    let has_comma = after.trim_start().starts_with(',') || before.trim_end().ends_with([',', '{']);
    let has_comma = has_comma && !source.name.ends_with(".hcl");
    let newline = rewritten::newline(&source.text);
    Some(match (is_alone, has_comma) {
        (true, true) => format!(",{newline}{indent}"),
        (true, false) => format!("{newline}{indent}"),
        (false, _) => ", ".to_owned(),
    })
}

/// True if YAML reads the text as itself without quotes.
fn is_plain_key(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
    text.contains('/') && text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(plain)
}

/// The texts with these edits made; nothing if two of them meet, or if one does not fit.
pub fn edited(sources: &Sources, edits: &[Edit]) -> Option<Sources> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.span.source, std::cmp::Reverse(edit.span.start)));
    let mut texts: Vec<Source> = sources.iter().cloned().collect();
    let mut last: Option<Span> = None;
    for edit in sorted {
        if last.is_some_and(|last| last.source == edit.span.source && edit.span.end > last.start) {
            return None;
        }
        last = Some(edit.span);
        let text = &mut texts.get_mut(edit.span.source.0 as usize)?.text;
        let range = edit.span.range();
        if !text.is_char_boundary(range.start) || !text.is_char_boundary(range.end) {
            return None;
        }
        text.replace_range(range, &edit.text);
    }
    Some(Sources::new(texts))
}
