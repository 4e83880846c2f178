//! # What it finds
//! A Kubernetes auth mount whose `kubernetes_host` lies outside the cluster network, without `kubernetes_ca_cert`,
//! without a reviewer and without `disable_local_ca_jwt`.
//!
//! # Why it matters
//! Vault then trusts the CA of its own pod and reviews tokens with the token of its own pod: both belong to another
//! cluster. Outside Kubernetes the write of the configuration fails, for want of the file.
//!
//! # How to fix it
//! Give `kubernetes_ca_cert` and a reviewer.
//!
//! # Limits
//! A host counts as outside if it is a name with a dot that does not end in `.svc` or `.local`; addresses are not
//! judged.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::vault::auth_role::AuthMount;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "local-ca-for-other-cluster",
    summary: "the CA of the own pod for a server elsewhere",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("local_ca_for_other_cluster.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for mount in project.auth_mounts.iter().filter(|mount| mount.method.value == "kubernetes") {
        look(mount, cx);
    }
}

fn look(mount: &AuthMount, cx: &mut Context<'_>) {
    let Some(config) = &mount.config else { return };
    let has_ca = config.text("kubernetes_ca_cert").is_some_and(|ca| !ca.value.is_empty());
    let disabled = config.bool("disable_local_ca_jwt").is_some_and(|disabled| disabled.value);
    let Some(host) = config.text("kubernetes_host") else { return };
    if has_ca || disabled || mount.reviewer.is_some() || !is_elsewhere(host.value) {
        return;
    }
    cx.report(
        host.span,
        format!(
            "Vault asks `{}` with the CA and the token of its own pod, which belong to its own cluster",
            host.value
        ),
    )
    .help("give `kubernetes_ca_cert` and a `reviewer`");
}

fn is_elsewhere(host: &str) -> bool {
    let Some((_, rest)) = host.trim().split_once("://") else { return false };
    let name = rest.split(['/', ':']).next().unwrap_or_default();
    let is_address = name.starts_with('[') || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_inside = [".svc", ".local", ".internal"].iter().any(|end| name.ends_with(end))
        || name.contains(".svc.")
        || name.contains(['$', '{', '<']);
    name.contains('.') && !is_address && !is_inside
}
