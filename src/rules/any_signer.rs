//! # What it finds
//! An RBAC rule that allows `approve`, `sign` or `attest` on `signers` without naming them.
//!
//! # Why it matters
//! The signer of client certificates is among them. With a right on `certificatesigningrequests` beside it, which
//! another role may add, its holder lets anybody log in.
//!
//! # How to fix it
//! Name the signers in `resourceNames`; `example.com/*` stands for all of a domain.
//!
//! # Limits
//! A role that can already approve or issue certificates is reported as `csr-approval` or `csr-sign`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "any-signer",
    summary: "an RBAC rule that approves or signs for every signer",
    category: Category::Security,
    check: Check::Grant(&powers::SIGNING, check),
    fixable: false,
    source: include_str!("any_signer.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let grants = cx.survey.grants();
    let complete = grants.beside(grant, &powers::CSR_APPROVAL).or(grants.beside(grant, &powers::CSR_STATUS));
    if complete.is_none() {
        cx.report_grant(grant, grant.power.does, "name the signers in `resourceNames`");
    }
}
