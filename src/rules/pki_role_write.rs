//! # What it finds
//! A rule that reaches `roles/` of a PKI engine for writing.
//!
//! # Why it matters
//! A role says which names a certificate may hold. Who can write one and issue from it has a certificate for any name.
//!
//! # How to fix it
//! Leave roles to the pipeline that keeps them, and grant `issue/ROLE`.
//!
//! # Limits
//! The mount must be known as PKI or be called `pki`, `pki_…`. A pattern that reaches three or more such powers at once
//! is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pki-role-write",
    summary: "a rule that lets its holder write roles of a PKI engine",
    category: Category::Security,
    check: Check::Authority(&authority::PKI_ROLES, check),
    fixable: false,
    source: include_str!("pki_role_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder choose the names that certificates may hold"))
        .labels(uses.labels())
        .help("leave roles to the pipeline that keeps them");
}
