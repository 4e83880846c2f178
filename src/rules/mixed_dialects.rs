//! # What it finds
//! Words of Vault and words of OpenBao in one policy: `subscribe`, `recover`, `subscribe_event_types` beside `scan`,
//! `pagination_limit`, `expiration`, `list_scan_response_keys_filter_path`.
//!
//! # Why it matters
//! Each server refuses the words of the other, so none takes the policy.
//!
//! # How to fix it
//! Keep the words of the server that is used, and name it: `target` in `rolewright.toml`.
//!
//! # Limits
//! With a target, the words of others are reported as `unknown-capability` and `unknown-policy-key`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::project::Target;
use crate::model::vault::policy::Policy;
use crate::semantics::dialect::foreign_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "mixed-dialects",
    summary: "a policy that no single server takes",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: false,
    source: include_str!("mixed_dialects.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    if cx.project.settings.target != Target::Any {
        return;
    }
    let words = foreign_words(policy);
    let Some(first) = words.first() else { return };
    let Some(other) = words.iter().find(|word| word.on_openbao != first.on_openbao) else { return };
    let server = |on_openbao: bool| if on_openbao { "OpenBao" } else { "Vault" };
    cx.report(
        other.span,
        format!(
            "no server takes this policy: only {} knows `{}`, and only {} knows `{}`",
            server(other.on_openbao),
            other.word,
            server(first.on_openbao),
            first.word
        ),
    )
    .label(first.span, format!("a word of {}", server(first.on_openbao)))
    .help("keep the words of the server that is used");
}
