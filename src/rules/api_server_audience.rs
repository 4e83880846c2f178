//! # What it finds
//! An auth role whose `audience` is the one of the API server, such as `https://kubernetes.default.svc`.
//!
//! # Why it matters
//! The token that every pod gets by default is made for it. It logs in to Vault as well, and so does every service that
//! such a token was ever handed to.
//!
//! # How to fix it
//! Choose an audience of its own, such as `vault`, and ask for tokens with it.
//!
//! # Limits
//! Where Vault has no reviewer of its own the API server's audience is needed, and nothing is reported.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::login::{AuthMethod, Reviewing, is_api_server};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "api-server-audience",
    summary: "an audience that every pod has a token for",
    category: Category::Pedantic,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("api_server_audience.rs"),
};

fn check(cx: &mut Context<'_>) {
    if cx.project.auth_roles.is_empty() {
        return;
    }
    for method in AuthMethod::all(cx.project) {
        if method.reviewing() == Reviewing::Caller {
            continue;
        }
        for role in method.roles() {
            let audience = role.fields.text("audience").filter(|audience| is_api_server(audience.value));
            let Some(audience) = audience else { continue };
            cx.report(
                audience.span,
                format!("the default token of every pod is made for `{}`", audience.value),
            )
            .help("choose an audience that only tokens for Vault carry, such as `vault`");
        }
    }
}
