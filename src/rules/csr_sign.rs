//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `certificatesigningrequests/status`, together with `sign` on the
//! signer of client certificates or on all signers.
//!
//! # Why it matters
//! Who writes certificates into requests of the signer `kubernetes.io/kube-apiserver-client` decides who may log in,
//! without any approval.
//!
//! In the whole cluster it is an error, in single namespaces a warning, while nothing binds it a note.
//!
//! # How to fix it
//! Name the signer that the controller implements in `resourceNames`.
//!
//! # Limits
//! Silent where `sign` is limited to other signers, or missing: the status alone issues nothing.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};
use crate::semantics::rbac::signers::Signers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "csr-sign",
    summary: "an RBAC rule that lets its holder issue client certificates",
    category: Category::Security,
    check: Check::Grant(&powers::CSR_STATUS, check),
    fixable: false,
    source: include_str!("csr_sign.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if let Signers::Any(entry) | Signers::Client(entry) = Signers::of(grant.role, "sign") {
        let does = "issue certificates that log in as any user";
        let help = "name the signer in `resourceNames`";
        if let Some(finding) = cx.report_weighed(grant, Weight::Critical, does, help) {
            finding.label(entry.span, "this is the signer's side");
        }
    }
}
