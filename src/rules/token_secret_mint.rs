//! # What it finds
//! The right to create Secrets beside the right to read them, in one role or in several of the same subject.
//!
//! # Why it matters
//! For a Secret of type `kubernetes.io/service-account-token` Kubernetes makes a token of the service account that it
//! names, one that does not expire. Who may create such a Secret and read it again becomes any service account in
//! reach, also those that run the cluster.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//!
//! # How to fix it
//! Name the Secrets to be read in `resourceNames`, or leave `create` out.
//!
//! # Limits
//! Reading in an entry of its own is reported as `secrets-readable`, too, writing alone as `secrets-writable`. Roles that only add to another
//! one are left alone. Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which
//! list what they imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};
use crate::semantics::rbac::reach::Reach;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "token-secret-mint",
    summary: "an RBAC rule that mints service account tokens by way of Secrets",
    category: Category::Security,
    check: Check::Grant(&powers::SECRETS_WRITE, check),
    fixable: false,
    source: include_str!("token_secret_mint.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    if !may_mint(grant) {
        return;
    }
    let Some(reads) = cx.survey.joined_by(grant, &powers::SECRETS_READ) else { return };
    let does = if reads.resource.span == grant.span() {
        "read every secret, and mint a token for any service account through one,"
    } else {
        "mint a token for any service account through a Secret"
    };
    let help = "name the Secrets to be read in `resourceNames`, or leave `create` out";
    if let Some(finding) = cx.report_weighed(grant, Weight::High, does, help)
        && reads.resource.span != finding.span
    {
        finding.label(reads.resource.span, reads.words(&powers::SECRETS_READ));
    }
}

/// True for a right to write Secrets that makes new ones, in a role that reaches somebody by itself.
pub(super) fn may_mint(grant: &Grant<'_>) -> bool {
    grant.has_verb(&["create"]) && !matches!(*grant.reach, Reach::Aggregated(_))
}
