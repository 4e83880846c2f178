//! # What it finds
//! A rule that reaches `roles/` or `config` of a Kubernetes secrets engine for writing.
//!
//! # Why it matters
//! A role says which service account a token is for, or which rights a new one gets. Who can write one holds all rights
//! in the cluster that the engine may pass on, which is often all of them.
//!
//! # How to fix it
//! Grant `creds/ROLE`, and leave roles to the pipeline that keeps them.
//!
//! # Limits
//! The mount must be known as the Kubernetes secrets engine or be called `kubernetes`. A pattern that reaches three or
//! more such powers at once is reported as `wildcard-administration`, a rule for every path as `wildcard-everything`.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::authority::{self, Uses};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "kubernetes-role-write",
    summary: "a rule that lets its holder write roles of the Kubernetes secrets engine",
    category: Category::Security,
    check: Check::Authority(&authority::KUBERNETES_ROLES, check),
    fixable: false,
    source: include_str!("kubernetes_role_write.rs"),
};

fn check(uses: &Uses<'_>, cx: &mut Context<'_>) {
    let path = &uses.first.rule.path;
    cx.report(path.span, format!("`{path}` lets its holder choose the rights of new service accounts"))
        .labels(uses.labels())
        .help("grant `creds/ROLE`, and leave roles to the pipeline that keeps them");
}
