//! # What it finds
//! A rule that reaches the endpoints of a PKI engine that make, import, sign or change certificate authorities.
//!
//! # Why it matters
//! A certificate authority signed here is believed wherever this one is, for any name, and past all roles.
//!
//! # How to fix it
//! Grant `issue/ROLE` or `sign/ROLE`; leave authorities to the people who keep them.
//!
//! # Limits
//! The mount must be known as PKI or be called `pki`, `pki_…`. A pattern that reaches three or more such powers at once
//! is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pki-authority-control",
    summary: "a rule that lets its holder make or replace certificate authorities",
    category: Category::Security,
    check: Check::Authority(&authority::PKI_AUTHORITY, check),
    fixable: false,
    source: include_str!("pki_authority_control.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(
        path.span,
        format!("`{path}` lets its holder make certificate authorities that others believe"),
    )
    .labels(uses.labels())
    .help("grant `issue/ROLE` or `sign/ROLE` instead");
}
