//! # What it finds
//! Two rules of one policy for the same path.
//!
//! # Why it matters
//! The server merges them: capabilities are united, parameter constraints pile up, and one `deny` takes everything away.
//! A reader sees one of them and believes it.
//!
//! # How to fix it
//! Keep one rule. An exact repetition can simply go.
//!
//! # Limits
//! Rules of different policies are not compared; that they merge too is often meant.

use std::collections::HashMap;

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::vault::policy::{PathRule, Policy, PolicyOrigin};
use crate::syntax::Span;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "duplicate-path",
    summary: "two rules of one policy for the same path",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("duplicate_path.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    let mut first: HashMap<&str, &PathRule> = HashMap::with_capacity(policy.path_rules.len());
    for rule in &policy.path_rules {
        // What the server keeps of a label differs from it by one leading slash only.
        let label = rule.path.as_str();
        let key = label.strip_prefix('/').unwrap_or(label);
        let Some(earlier) = first.get(key) else {
            first.insert(key, rule);
            continue;
        };
        report(policy, earlier, rule, cx);
    }
}

fn report(policy: &Policy, earlier: &PathRule, rule: &PathRule, cx: &mut Context<'_>) {
    let (one, other) = (earlier.granted(), rule.granted());
    let (message, severity) = if one.denies() != other.denies() {
        ("again, and one of the two denies: nothing is granted", Severity::Error)
    } else if one == other {
        ("again, with the same capabilities", Severity::Note)
    } else {
        ("again: the server unites the capabilities", Severity::Warning)
    };
    let repetition = one == other && has_only_capabilities(earlier) && has_only_capabilities(rule);
    // Of a policy that is refused, what is left might be taken.
    let is_taken = rule.repeated.is_empty() && !cx.project.has_fault_in(rule.span);
    let removable = match policy.origin {
        PolicyOrigin::HclFile | PolicyOrigin::SpecText if repetition => Some(whole_lines(rule.span, cx)),
        _ => None,
    };
    let finding = cx
        .report(rule.path.span, format!("`{}` {message}", rule.path))
        .severity(severity)
        .label(earlier.path.span, "first here")
        .help("keep one rule for the path");
    if let Some(span) = removable {
        let edits = vec![Edit::replace(span, "")];
        match is_taken {
            true => finding.fix("remove the repetition", edits),
            false => finding.unsafe_fix("remove the repetition", edits),
        };
    }
}

fn has_only_capabilities(rule: &PathRule) -> bool {
    rule.keys.iter().all(|key| matches!(key.as_str(), "capabilities" | "policy"))
}

/// The block with the blank space before it, so that no gap stays behind.
fn whole_lines(span: Span, cx: &Context<'_>) -> Span {
    let before = cx.project.sources.slice(Span { start: 0, end: span.start, ..span });
    let blank = before.len() - before.trim_end().len();
    Span { start: span.start - u32::try_from(blank).unwrap_or(0), ..span }
}
