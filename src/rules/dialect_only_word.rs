//! # What it finds
//! A capability or a key of a policy that only one of the two servers knows.
//!
//! # Why it matters
//! The other one refuses the policy, so it cannot be taken along.
//!
//! # How to fix it
//! Set `target` in `rolewright.toml` if the policy is for one server only; else leave the word out.
//!
//! # Limits
//! Silent where a target is set.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::project::Target;
use crate::model::vault::policy::Policy;
use crate::semantics::dialect::foreign_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "dialect-only-word",
    summary: "a word that only Vault or only OpenBao knows",
    category: Category::Pedantic,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("dialect_only_word.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if cx.project.settings.target != Target::Any {
        return;
    }
    for word in foreign_words(policy) {
        let (own, other) = if word.on_openbao { ("OpenBao", "Vault") } else { ("Vault", "OpenBao") };
        cx.report(word.span, format!("only {own} knows `{}`: {other} refuses the policy", word.word))
            .help("set `target` in `rolewright.toml`, or leave the word out");
    }
}
