//! Suppressions written as annotations of Kubernetes objects, as comments do not survive rendering.
//!
//! `rolewright.dev/allow.RULE: reason` allows what the rule reports in the object, and `until=YYYY-MM-DD reason` as long
//! as it says.

use super::kube::ObjectMeta;
use super::project::Project;
use crate::syntax::directive::{Directive, Fault, limited};
use crate::syntax::{Span, Spanned};

/// How the key of such an annotation begins; the rest is the name of a rule.
pub const KEY: &str = "rolewright.dev/allow.";

/// The suppressions among the annotations of all objects.
pub fn directives(project: &Project) -> Vec<Directive> {
    let metas = project
        .rbac_roles
        .iter()
        .map(|role| &role.meta)
        .chain(project.bindings.iter().map(|binding| &binding.meta))
        .chain(project.service_accounts.iter().map(|account| &account.meta))
        .chain(project.kubernetes_namespaces.iter().map(|namespace| &namespace.meta))
        .chain(project.workloads.iter().map(|workload| &workload.meta))
        .chain(project.consumers.metas().map(|(_, meta)| meta));
    metas.flat_map(|meta| of_object(meta, project)).collect()
}

fn of_object<'a>(meta: &'a ObjectMeta, project: &'a Project) -> impl Iterator<Item = Directive> + 'a {
    meta.annotations.iter().filter_map(|(key, value)| {
        let rule = key.value.strip_prefix(KEY)?;
        let written = project.sources.get(key.span.source)?.slice(key.span);
        let (until, reason, fault) = match limited(&value.value) {
            _ if rule.is_empty() => {
                let message = format!("`{KEY}` names no rule; write `{KEY}rule-name: reason`");
                (None, "", Some(Fault { message, help: None }))
            }
            Ok((until, reason)) => (until.map(|(date, _)| Spanned::new(date, value.span)), reason, None),
            Err(fault) => (None, "", Some(fault)),
        };
        Some(Directive {
            span: key.span.to(value.span),
            rules: vec![Spanned::new(rule.to_owned(), part_span(key.span, written, rule))],
            reason: reason.to_owned(),
            until,
            annotation: true,
            covers: meta.span,
            fault,
        })
    })
}

/// The name of the rule at the end of the key, which may stand in quotes.
fn part_span(key: Span, written: &str, rule: &str) -> Span {
    match written.rfind(rule).filter(|_| !rule.is_empty()) {
        Some(at) => key.after_start(at).to(key.after_start(at + rule.len())),
        None => key,
    }
}
