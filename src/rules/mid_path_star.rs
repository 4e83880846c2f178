//! # What it finds
//! A `*` in a path that is not its last character.
//!
//! # Why it matters
//! Only a `*` at the very end is a wildcard. Anywhere else it is a plain character, so the rule applies to paths with a
//! real `*` in them and to nothing else; a deny of this form protects nothing.
//!
//! # How to fix it
//! Use `+` for one whole segment, or end the path with `*` there.
//!
//! # Limits
//! A `*` inside `{{…}}` or `${…}` is not looked at.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::{PathRule, Policy};
use crate::semantics::kv;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mid-path-star",
    summary: "a `*` that is no wildcard because it does not end the path",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("mid_path_star.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        let label = rule.path.as_str();
        let stars = label.bytes().filter(|byte| *byte == b'*').count();
        if stars > usize::from(label.ends_with('*')) {
            look(rule, cx);
        }
    }
}

fn look(rule: &PathRule, cx: &mut Context<'_>) {
    let label = rule.path.as_str();
    let body = label.strip_suffix('*').unwrap_or(label);
    let literal =
        |segment: &str| segment.contains('*') && !segment.contains("+*") && !kv::is_template(segment);
    if !body.split('/').any(literal) {
        return;
    }
    let meant = meant(label);
    let verbatim = cx.project.sources.verbatim(&rule.path);
    let finding = cx.report(
        rule.path.span,
        format!("the `*` inside `{label}` is no wildcard: the rule matches a real `*` only"),
    );
    match meant {
        Some(meant) => {
            finding.help(format!("`+` stands for one segment and `*` works at the end only: `{meant}`"));
            if let Some(inner) = verbatim {
                finding.unsafe_fix("use wildcards that work", vec![Edit::replace(inner, meant)]);
            }
        }
        None => {
            finding.help("`*` works at the end only, and `+` stands for one whole segment");
        }
    }
}

/// The label with wildcards that work, where every `*` is a segment of its own: `+` inside, one `*` at the end.
fn meant(label: &str) -> Option<String> {
    let mut segments: Vec<&str> = label.split('/').collect();
    let last = segments.pop()?;
    let inner = segments.iter().map(|segment| match *segment {
        "*" | "**" => Some("+"),
        other => (!other.contains('*')).then_some(other),
    });
    let mut meant: Vec<&str> = inner.collect::<Option<_>>()?;
    let end = last.trim_end_matches('*');
    if end.contains('*') {
        return None;
    }
    let end = if last.ends_with('*') { format!("{end}*") } else { end.to_owned() };
    meant.push(&end);
    Some(meant.join("/"))
}
