//! # What it finds
//! An RBAC rule that allows `update` or `patch` on `certificatesigningrequests/approval`, together with `approve` on
//! the signer of client certificates or on all signers.
//!
//! # Why it matters
//! A certificate of the signer `kubernetes.io/kube-apiserver-client` logs in as whatever user and group it names. Who
//! may request and approve one logs in as any user there is; only the group `system:masters` is refused.
//!
//! Request and approval in one hand are an error, approval alone is a warning, and approval without a signer, which has
//! no effect yet, a note.
//!
//! # How to fix it
//! Name the signers in `resourceNames`, and leave `kubernetes.io/kube-apiserver-client` out.
//!
//! # Limits
//! Silent where `approve` is limited to other signers, such as those of kubelets.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};
use crate::semantics::rbac::signers::Signers;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "csr-approval",
    summary: "an RBAC rule that lets its holder approve client certificates",
    category: Category::Security,
    check: Check::Grant(&powers::CSR_APPROVAL, check),
    fixable: false,
    source: include_str!("csr_approval.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let signer = match Signers::of(grant.role, "approve") {
        Signers::Any(entry) | Signers::Client(entry) => entry,
        Signers::Others => return,
        Signers::Nobody => {
            let does = "approve certificate requests, given `approve` on their signer,";
            let help = "leave it out, or name the signers that it is for";
            cx.report_weighed(grant, Weight::Medium, does, help);
            return;
        }
    };
    let request = cx.survey.joined_by(grant, &powers::CSR_CREATION);
    let (weight, does) = match request {
        Some(_) => (Weight::Critical, "make itself a certificate that logs in as any user"),
        None => (Weight::High, "approve certificates that log in as any user"),
    };
    let help = "name the signers in `resourceNames`, `kubernetes.io/kube-apiserver-client` not among them";
    let Some(finding) = cx.report_weighed(grant, weight, does, help) else { return };
    finding.label(signer.span, "this is the signer's side of the approval");
    if let Some(request) = request {
        finding.label(request.resource.span, request.words(&powers::CSR_CREATION));
    }
}
