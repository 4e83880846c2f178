//! # What it finds
//! A Kubernetes auth mount with `disable_local_ca_jwt` and without `kubernetes_ca_cert` or a reviewer.
//!
//! # Why it matters
//! OpenBao refuses the configuration. Vault falls back to the CAs of its operating system, of which that of a cluster
//! is hardly ever one: logins fail, and only the debug log speaks of TLS.
//!
//! # How to fix it
//! Give `kubernetes_ca_cert`.
//!
//! # Limits
//! With a `reviewer` the emitted script takes the CA from the cluster. An error where the target is OpenBao.

use crate::lint::{Category, Check, Context, Rule, Severity};
use crate::model::project::Target;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "missing-cluster-ca",
    summary: "the CA of the own pod switched off, and none given",
    category: Category::Suspicious,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("missing_cluster_ca.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    for mount in project.auth_mounts.iter().filter(|mount| mount.reviewer.is_none()) {
        let Some(config) = &mount.config else { continue };
        let has_ca = config.text("kubernetes_ca_cert").is_some_and(|ca| !ca.value.is_empty());
        let Some(disabled) = config.bool("disable_local_ca_jwt").filter(|it| it.value && !has_ca) else {
            continue;
        };
        let target = project.spec_of(disabled.span).map_or(project.settings.target, |spec| spec.target);
        let message = match target {
            Target::OpenBao => "OpenBao refuses `disable_local_ca_jwt` without `kubernetes_ca_cert`",
            Target::Any => {
                "no CA is left to trust the API server by: OpenBao refuses this, Vault takes the CAs of its system"
            }
            _ => "no CA is left to trust the API server by but those of the system that Vault runs on",
        };
        let finding = cx.report(disabled.span, message).help("give `kubernetes_ca_cert`");
        if target == Target::OpenBao {
            finding.severity(Severity::Error);
        }
    }
}
