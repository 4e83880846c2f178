//! `kubernetes:` of a spec to service accounts, RBAC roles and bindings.

use super::{bool_of, entries_of, text_of, texts_of};
use crate::model::Malformed;
use crate::model::kube::ObjectMeta;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::service_account::ServiceAccount;
use crate::model::lower::Lowered;
use crate::syntax::Spanned;
use crate::syntax::tree::Node;

/// Lowers everything under `kubernetes`.
pub fn lower(kubernetes: &Node, out: &mut Lowered) {
    for node in items(kubernetes, "service_accounts") {
        let automount = bool_of(node, "automountServiceAccountToken");
        out.service_accounts.extend(meta(node).map(|meta| ServiceAccount { meta, automount }));
    }
    for node in items(kubernetes, "roles") {
        role(node, out);
    }
    for node in items(kubernetes, "bindings") {
        let role_ref = node.get("roleRef").and_then(role_ref);
        if let (Some(meta), Some(role_ref)) = (meta(node), role_ref) {
            binding(node, meta, role_ref, out);
        }
    }
}

fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map_or(&[], Node::items)
}

fn meta(node: &Node) -> Option<ObjectMeta> {
    let pairs = |key: &str| {
        let pairs = entries_of(node, key).iter();
        pairs.filter_map(|entry| Some((entry.key.clone(), entry.value.to_spanned()?))).collect()
    };
    Some(ObjectMeta {
        name: text_of(node, "name")?,
        namespace: text_of(node, "namespace"),
        labels: pairs("labels"),
        annotations: pairs("annotations"),
        span: node.span,
    })
}

/// A role, and with `subjects` the binding of the same name.
fn role(node: &Node, out: &mut Lowered) {
    let Some(meta) = meta(node) else { return };
    let kind = if meta.namespace.is_some() { RbacRoleKind::Role } else { RbacRoleKind::ClusterRole };
    let rules: Vec<RbacRule> = items(node, "rules").iter().map(rule).collect();
    for rule in &rules {
        refuse_rule(rule, kind, &mut out.malformed);
    }
    if node.get("subjects").is_some() {
        let role_ref = RoleRef {
            kind: Spanned::new(kind.word().to_owned(), meta.name.span),
            name: meta.name.clone(),
            api_group: None,
            span: meta.name.span,
        };
        binding(node, meta.clone(), role_ref, out);
    }
    let api_version = Spanned::new("rbac.authorization.k8s.io/v1".to_owned(), meta.name.span);
    out.rbac_roles.push(RbacRole {
        kind,
        meta,
        api_version,
        rules,
        aggregation: None,
        aggregation_selectors: Vec::new(),
    });
}

fn rule(node: &Node) -> RbacRule {
    RbacRule {
        span: node.span,
        api_groups: texts_of(node, "apiGroups"),
        resources: texts_of(node, "resources"),
        resource_names: texts_of(node, "resourceNames"),
        non_resource_urls: texts_of(node, "nonResourceURLs"),
        verbs: texts_of(node, "verbs"),
    }
}

/// What the API server answers to a rule (`pkg/apis/rbac/validation`).
fn refuse_rule(rule: &RbacRule, kind: RbacRoleKind, faults: &mut Vec<Malformed>) {
    let resources =
        !(rule.api_groups.is_empty() && rule.resources.is_empty() && rule.resource_names.is_empty());
    let message = match rule.non_resource_urls.first() {
        Some(_) if kind == RbacRoleKind::Role => "a namespaced role cannot hold `nonResourceURLs`",
        Some(_) if resources => "a rule cannot hold both `resources` and `nonResourceURLs`",
        Some(_) => return,
        None if rule.api_groups.is_empty() => "a rule on resources needs `apiGroups`; the core group is \"\"",
        None if rule.resources.is_empty() => "a rule needs `resources` or `nonResourceURLs`",
        None => return,
    };
    faults.push(Malformed::new(rule.span, message));
}

fn role_ref(node: &Node) -> Option<RoleRef> {
    Some(RoleRef {
        kind: text_of(node, "kind")?,
        name: text_of(node, "name")?,
        api_group: text_of(node, "apiGroup"),
        span: node.span,
    })
}

fn binding(node: &Node, meta: ObjectMeta, role_ref: RoleRef, out: &mut Lowered) {
    let cluster_wide = meta.namespace.is_none();
    if cluster_wide && role_ref.kind.value == "Role" {
        let message = "a ClusterRoleBinding can only bind a ClusterRole";
        let help = "add `namespace:` to make it a RoleBinding";
        out.malformed.push(Malformed::new(role_ref.kind.span, message).with_help(help));
    }
    let subjects: Vec<Subject> = items(node, "subjects").iter().filter_map(subject).collect();
    for subject in &subjects {
        refuse_subject(subject, cluster_wide, &mut out.malformed);
    }
    let kind_span = meta.namespace.as_ref().map_or(meta.name.span, |namespace| namespace.span);
    let api_version = Spanned::new("rbac.authorization.k8s.io/v1".to_owned(), meta.name.span);
    out.bindings.push(Binding { cluster_wide, kind_span, api_version, meta, role_ref, subjects });
}

fn subject(node: &Node) -> Option<Subject> {
    Some(Subject {
        kind: text_of(node, "kind")?,
        name: text_of(node, "name")?,
        namespace: text_of(node, "namespace"),
        api_group: text_of(node, "apiGroup"),
        span: node.span,
    })
}

/// What the API server answers to a subject.
fn refuse_subject(subject: &Subject, cluster_wide: bool, faults: &mut Vec<Malformed>) {
    let account = subject.kind.value == "ServiceAccount";
    if account && cluster_wide && subject.namespace.is_none() {
        let message =
            format!("the service account `{}` needs a `namespace` in a ClusterRoleBinding", subject.name);
        faults.push(Malformed::new(subject.span, message));
    }
    let group = subject.api_group.as_ref();
    let wanted = if account { "" } else { "rbac.authorization.k8s.io" };
    if let Some(group) = group.filter(|group| group.value != wanted && (account || !group.value.is_empty())) {
        let message = format!("the `apiGroup` of a {} must be \"{wanted}\"", subject.kind);
        faults.push(Malformed::new(group.span, message));
    }
    if let Some(namespace) = subject.namespace.as_ref().filter(|_| !account) {
        faults.push(Malformed::new(namespace.span, format!("a {} has no namespace", subject.kind)));
    }
}
