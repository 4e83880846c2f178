//! # What it finds
//! An argument, such as `capabilities`, that is set more than once in one block.
//!
//! # Why it matters
//! Vault refuses the policy from 1.21 on, and an upgrade with such a policy in place ends in requests that fail. Other
//! servers join lists and let the last of other values win.
//!
//! # How to fix it
//! Set it once. The fix joins lists of capabilities, as the servers do that take them.
//!
//! # Limits
//! An error where the target is Vault from 1.21 on. Quoted and unquoted spellings of one name are two arguments to the
//! servers, too.

use crate::lint::{Category, Check, Context, Edit, Rule, Severity};
use crate::model::project::Target;
use crate::model::vault::policy::{PathRule, Policy};
use crate::syntax::{Span, Spanned};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "repeated-argument",
    summary: "an argument of a path rule that is set twice",
    category: Category::Suspicious,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("repeated_argument.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for rule in &policy.path_rules {
        for (first, again) in &rule.repeated {
            let edits = if again.value == "capabilities" { joined(rule, *first, again, cx) } else { None };
            let refused = cx.project.settings.target == Target::VaultCurrent;
            let finding =
                cx.report(again.span, format!("`{again}` is set twice, which Vault refuses from 1.21 on"));
            finding
                .severity(if refused { Severity::Error } else { Severity::Warning })
                .label(*first, "first here")
                .help("set it once");
            if let Some(edits) = edits {
                finding.unsafe_fix("join the lists", edits);
            }
        }
    }
}

/// Puts the words of the second list into the first one, where nothing but words stands in them.
fn joined(rule: &PathRule, first: Span, again: &Spanned<String>, cx: &Context<'_>) -> Option<Vec<Edit>> {
    let (one, other) = (list_behind(first, rule, cx)?, list_behind(again.span, rule, cx)?);
    let in_list = |list: Span| rule.capabilities.iter().filter(move |word| list.contains(word.span));
    let missing = in_list(other).filter(|word| in_list(one).all(|known| known.value != word.value));
    let mut text = String::new();
    let mut inside = in_list(one).count() > 0;
    for word in missing {
        text += &format!("{}\"{word}\"", if inside { ", " } else { "" });
        inside = true;
    }
    let last = in_list(one)
        .next_back()
        .map_or(Span { start: one.end - 1, end: one.end - 1, ..one }, |word| word.span);
    let end = Span { start: last.end, ..last };
    let before =
        cx.project.sources.slice(Span { start: rule.span.start, end: again.span.start, ..again.span });
    let blank = u32::try_from(before.len() - before.trim_end().len()).ok()?;
    let gone = Span { start: again.span.start - blank, end: other.end, ..again.span };
    Some(vec![Edit::replace(end, text), Edit::replace(gone, "")])
}

/// The brackets behind an argument's name.
fn list_behind(name: Span, rule: &PathRule, cx: &Context<'_>) -> Option<Span> {
    let behind = Span { start: name.end, end: rule.span.end, ..name };
    let text = cx.project.sources.slice(behind);
    let (open, close) = (text.find('[')?, text.find(']')?);
    let list = text.get(open..=close)?;
    let plain = text.get(..open)?.trim() == "=" && !list.contains(['#', '/', '{', '\\']);
    let start = behind.after_start(open).start;
    plain.then_some(Span { start, end: behind.after_start(close + 1).start, ..behind })
}
