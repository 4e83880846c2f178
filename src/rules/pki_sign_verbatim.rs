//! # What it finds
//! A rule that reaches `sign-verbatim` of a PKI engine.
//!
//! # Why it matters
//! The endpoint signs what the request holds: any name, any use. No role limits it.
//!
//! # How to fix it
//! Grant `sign/ROLE`.
//!
//! # Limits
//! The mount must be known as PKI or be called `pki`, `pki_…`. A pattern that reaches three or more such powers at once
//! is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pki-sign-verbatim",
    summary: "a rule that has any certificate signed",
    category: Category::Security,
    check: Check::Authority(&authority::PKI_VERBATIM, check),
    fixable: false,
    source: include_str!("pki_sign_verbatim.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` has any certificate signed, whatever name it holds"))
        .labels(uses.labels())
        .help("grant `sign/ROLE`, where a role says which names are fine");
}
