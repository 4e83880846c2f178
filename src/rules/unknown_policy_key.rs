//! # What it finds
//! A key at the top of a policy other than `path` and `name`, or one of a path rule that no server of the target knows.
//!
//! # Why it matters
//! Servers refuse the whole policy, and the one that was there before stays in force.
//!
//! # How to fix it
//! Mend the spelling. Remarks go into comments; `description` is no key.
//!
//! # Limits
//! Keys that only some servers know are reported where the target is another one; see `dialect-only-word`.

use super::api_payload_as_policy::is_payload;
use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::policy::{PATH_RULE_KEYS, Policy, RefusalKind};
use crate::syntax::Spanned;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-policy-key",
    summary: "a key of a policy that servers do not know",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unknown_policy_key.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for refusal in policy.refusals.iter().filter(|refusal| !is_payload(refusal, policy)) {
        let (what, known): (&str, &[&str]) = match refusal.kind {
            RefusalKind::TopLevelKey => ("a policy", &["path"]),
            RefusalKind::RuleKey => ("a path rule", &PATH_RULE_KEYS),
            _ => continue,
        };
        let word = refusal.word.as_str();
        let verbatim = cx.project.sources.verbatim(&Spanned::new(refusal.word.clone(), refusal.span));
        let server = &refusal.server;
        let answer =
            if server.is_empty() { String::new() } else { format!("; the server answers: {server}") };
        let finding = cx.report(refusal.span, format!("`{word}` is no key of {what}{answer}"));
        match nearest(word, known.iter().copied()).filter(|meant| *meant != word) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?"));
                if let Some(inner) = verbatim {
                    finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(inner, meant)]);
                }
            }
            None if refusal.kind == RefusalKind::TopLevelKey => {
                finding.help("a policy holds `path \"…\" { … }` blocks and nothing else");
            }
            None if known.contains(&word) => {
                finding.help("the target server does not know it; others do");
            }
            None => {
                finding.help("a path rule takes `capabilities`, parameter constraints and wrapping lifetimes; remarks go into comments");
            }
        }
    }
}
