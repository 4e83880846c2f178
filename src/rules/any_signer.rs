//! # What it finds
//! An RBAC rule that allows `approve`, `sign` or `attest` on `signers` without naming them, or names all those of
//! Kubernetes with `kubernetes.io/*`.
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
use crate::semantics::rbac::grants::{Grant, Grants};
use crate::semantics::rbac::powers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "any-signer",
    summary: "an RBAC rule that approves or signs for every signer",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("any_signer.rs"),
};

fn check(cx: &mut Context<'_>) {
    let grants = cx.survey.grants();
    for grant in grants.of(&powers::SIGNING).filter(|grant| !is_complete(grant, grants)) {
        cx.in_each_part(grant, |grant, cx| {
            cx.report_grant(grant, grant.power.does, "name the signers in `resourceNames`");
        });
    }
    for grant in grants.named(&powers::SIGNING).filter(|grant| !is_complete(grant, grants)) {
        cx.in_each_part(grant, |grant, cx| {
            let mut names = grant.parts.iter().flat_map(|part| &part.rule.resource_names);
            if let Some(name) = names.find(|name| name.value == "kubernetes.io/*") {
                let does = format!("approve or sign for every signer of Kubernetes, by `{name}`,");
                cx.report_grant(grant, &does, "name the one signer that is needed");
            }
        });
    }
}

/// True if the role holds the other half, too, which is reported.
fn is_complete(grant: &Grant<'_>, grants: &Grants<'_>) -> bool {
    [&powers::CSR_APPROVAL, &powers::CSR_STATUS].into_iter().any(|it| grants.beside(grant, it).is_some())
}
