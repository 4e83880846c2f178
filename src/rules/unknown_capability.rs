//! # What it finds
//! A word in `capabilities` that no server of the target knows.
//!
//! # Why it matters
//! The server refuses the whole policy, not just the word.
//!
//! # How to fix it
//! Use `create`, `read`, `update`, `patch`, `delete`, `list`, `sudo` or `deny`. Words are lower case.
//!
//! # Limits
//! Words after a `deny` of the same rule are not looked at, neither here nor by the server.

use crate::lint::{Category, Check, Context, Edit, Rule};
use crate::model::vault::capability::Capability;
use crate::model::vault::policy::{Policy, RefusalKind};
use crate::syntax::Spanned;
use crate::syntax::near::nearest;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "unknown-capability",
    summary: "a word in `capabilities` that is none",
    category: Category::Correctness,
    check: Check::Policy(check),
    fixable: true,
    source: include_str!("unknown_capability.rs"),
};

fn check(policy: &Policy, cx: &mut Context<'_>) {
    for refusal in policy.refusals.iter().filter(|refusal| refusal.kind == RefusalKind::Capability) {
        let word = refusal.word.as_str();
        let verbatim = cx.project.sources.verbatim(&Spanned::new(refusal.word.clone(), refusal.span));
        let finding =
            cx.report(refusal.span, format!("`{word}` is no capability, so servers refuse the policy"));
        let same = word.trim().to_lowercase();
        if let Some(meant) = Capability::from_word(&same) {
            if meant.word() == word {
                finding.help("the target server does not know it; others do");
                continue;
            }
            finding.help(format!("capabilities are lower case, without blanks: `{meant}`"));
            if let Some(inner) = verbatim {
                finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(inner, meant.word())]);
            }
            continue;
        }
        match nearest(&same, Capability::ALL.map(Capability::word)) {
            Some(meant) => {
                finding.help(format!("did you mean `{meant}`?"));
                if let Some(inner) = verbatim {
                    finding.unsafe_fix(format!("write `{meant}`"), vec![Edit::replace(inner, meant)]);
                }
            }
            None => {
                finding.help(help_for(&same));
            }
        }
    }
}

fn help_for(word: &str) -> &'static str {
    match word {
        "write" => "writing is `create` and `update`",
        "*" | "all" | "any" | "admin" | "root" => {
            "there is no word for all: list them, `create`, `read`, `update`, `patch`, `delete`, `list`"
        }
        "revoke" | "renew" | "execute" | "use" | "encrypt" | "decrypt" | "sign" | "login" | "call" => {
            "calling an endpoint is `update`"
        }
        "readonly" | "read-only" | "get" | "view" => "reading is `read`, and `list` for the keys",
        "post" | "put" | "modify" | "edit" => {
            "changing is `update`, and `create` for what does not exist yet"
        }
        "remove" | "destroy" => "removing is `delete`",
        _ => "use `create`, `read`, `update`, `patch`, `delete`, `list`, `sudo` or `deny`",
    }
}
