//! # What it finds
//! An RBAC rule that allows `create` or `get` on `pods/attach`, also as `*/attach`.
//!
//! # Why it matters
//! Whoever is attached to a container reads its output and types into its input; where a shell or a debugger listens
//! there, that is command execution with the rights of the pod.
//!
//! In the whole cluster and in `kube-system` it is a warning; in other namespaces, and while nothing binds it, a note.
//! `get` alone is a note: it opens a websocket on API servers before 1.35 only.
//!
//! # How to fix it
//! Leave it out, or bind it where and as long as it is needed.
//!
//! # Limits
//! Rules with `*` as verb or resource are reported as `wildcard-verb` or `wildcard-resource`, which list what they
//! imply.

use crate::lint::{Category, Check, Context, Rule};
use crate::semantics::rbac::grants::Grant;
use crate::semantics::rbac::powers::{self, Weight};

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "pod-attach",
    summary: "an RBAC rule that attaches to any container",
    category: Category::Security,
    check: Check::Grant(&powers::POD_ATTACH, check),
    fixable: false,
    source: include_str!("pod_attach.rs"),
};

fn check(grant: &Grant<'_>, cx: &mut Context<'_>) {
    let only_get = !grant.has_verb(&["create"]);
    let weight = if only_get { Weight::Medium } else { grant.power.weight };
    let help = match only_get {
        true => "leave it out: before Kubernetes 1.35 `get` is enough for a connection over a websocket",
        false => "leave it out, or bind it where and as long as it is needed",
    };
    cx.report_weighed(grant, weight, grant.power.does, help);
}
