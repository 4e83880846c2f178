//! # What it finds
//! A RoleBinding in a namespace whose subjects can become a service account that may take over the cluster: they run pods there,
//! mint tokens or run commands in pods, and a service account of that namespace, or one behind it, holds such rights.
//!
//! # Why it matters
//! What looks confined to a namespace is the administration of the cluster, in one or two steps that no single object shows.
//!
//! # How to fix it
//! Keep the powerful service account in a namespace where nobody else runs pods, or take from it what it does not need.
//!
//! # Limits
//! Namespaces must be written, and the bindings lie in the same directory, side by side or one above the other. Ways through nodes, Secrets and other subjects than service accounts are not followed, and of
//! several ways the shortest is shown. Bindings in the whole cluster are reported for what they give.
//! Ways that lead through Vault, and those of every other kind, are shown by `rolewright paths`.

use crate::lint::{Category, Check, Context, Rule};
use crate::model::kube::binding::{Binding, Subject};
use crate::semantics::rbac::builtin;
use crate::semantics::rbac::lateral::{self, Lateral, Path, Way};
use crate::semantics::rbac::reach::subject_words;

/// See the head of this file.
pub static RULE: Rule = Rule {
    name: "escalation-path",
    summary: "a way from a namespace to the administration of the cluster",
    category: Category::Security,
    check: Check::Project(check),
    fixable: false,
    source: include_str!("escalation_path.rs"),
};

fn check(cx: &mut Context<'_>) {
    let project = cx.project;
    if project.bindings.len() < 2 {
        return;
    }
    let lateral = Lateral::new(project, cx.survey);
    if lateral.is_empty() {
        return;
    }
    for binding in project.bindings.iter().filter(|binding| !binding.cluster_wide) {
        if binding.role_ref.name.value == "cluster-admin" || builtin::is_own_binding(binding) {
            continue;
        }
        let Some(way) = lateral::way(cx.survey, binding).map(Way::words) else { continue };
        let found =
            binding.subjects.iter().find_map(|subject| Some((subject, lateral.path(binding, subject)?)));
        if let Some((subject, path)) = found {
            report(binding, subject, way, &path, cx);
        }
    }
}

fn report(binding: &Binding, subject: &Subject, way: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let mut through: Vec<String> =
        path.hops.iter().map(|((namespace, name), _)| format!("`{namespace}/{name}`")).collect();
    let Some(last) = through.pop() else { return };
    let through = match through.as_slice() {
        [] => String::new(),
        between => format!("by way of {}, ", between.join(" and ")),
    };
    let message = format!(
        "{} may {way} in namespace `{}`, and so, {through}as {last}, {} in the whole cluster",
        subject_words(binding, subject),
        binding.meta.namespace_name().unwrap_or_default(),
        path.does
    );
    let finding = cx.report(binding.role_ref.name.span, message);
    for ((namespace, name), by) in &path.hops {
        finding.label(by.role_ref.span, format!("what `{namespace}/{name}` holds"));
    }
    let also = if path.has_alternative { "; other service accounts there lead to the same" } else { "" };
    finding.help(format!(
        "keep {last} in a namespace where nobody else runs pods, or take rights from it{also}"
    ));
}
