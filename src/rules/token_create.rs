//! # What it finds
//! A rule that reaches `auth/token/create`, with or without a role, or `auth/token/create-orphan`.
//!
//! # Why it matters
//! A child token holds no more than its parent, but an orphan or a periodic one outlives it, and with `sudo` it may
//! hold any policy. A token role decides by itself what its tokens hold.
//!
//! # How to fix it
//! Name the token role: `auth/token/create/ROLE`. Leave `sudo` out.
//!
//! # Limits
//! A note where the parent is the bound; an error with `sudo`; nothing for a single token role. A pattern that reaches three or more such powers at once
//! is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::vault::capability::Capability;
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "token-create",
    summary: "a rule that lets its holder create tokens",
    category: Category::Security,
    check: Check::Authority(&authority::TOKEN_CREATE, check),
    fixable: false,
    source: include_str!("token_create.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let sudo = uses.iter().any(|it| it.granted.contains(Capability::Sudo));
    // A single token role is what the help asks for.
    let named =
        |it: &authority::Use<'_>| it.place == "auth/token/create/+" && !it.rule.pattern().has_wildcard();
    if !sudo && uses.iter().all(named) {
        return;
    }
    let severity = if sudo {
        Severity::Error
    } else if uses.are_broad() {
        Severity::Warning
    } else {
        Severity::Note
    };
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder create tokens"))
        .severity(severity)
        .labels(uses.labels())
        .help("name a token role, `auth/token/create/ROLE`, and leave `sudo` out");
}
