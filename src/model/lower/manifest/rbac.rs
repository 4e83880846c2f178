//! Roles and bindings.

use super::fields::Fields;
use crate::model::kube::binding::{Binding, RoleRef, Subject};
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::kube::selector::{LabelSelector, Requirement};
use crate::syntax::Spanned;
use crate::syntax::tree::Node;

pub(super) fn role(
    fields: &mut Fields<'_, '_>,
    kind: RbacRoleKind,
    api_version: &Spanned<String>,
) -> RbacRole {
    let mut known = vec!["apiVersion", "kind", "metadata", "rules"];
    if kind == RbacRoleKind::ClusterRole {
        known.push("aggregationRule");
    }
    fields.only(&known);
    let meta = fields.named_meta();
    let rules =
        fields.list("rules").iter().filter_map(|node| rule(&mut fields.within(node, "rules"))).collect();
    let aggregation = fields.map("aggregationRule");
    let aggregation_selectors = aggregation.map_or_else(Vec::new, |node| selectors(fields, node));
    RbacRole {
        kind,
        meta,
        api_version: api_version.clone(),
        rules,
        aggregation: aggregation.map(|node| node.span),
        aggregation_selectors,
    }
}

fn selectors<'t>(fields: &mut Fields<'t, '_>, aggregation: &'t Node) -> Vec<LabelSelector> {
    let mut fields = fields.within(aggregation, "aggregationRule");
    fields.only(&["clusterRoleSelectors"]);
    let items = fields.list("clusterRoleSelectors");
    items.iter().map(|node| selector(&mut fields.within(node, "clusterRoleSelectors"))).collect()
}

fn selector(fields: &mut Fields<'_, '_>) -> LabelSelector {
    fields.only(&["matchLabels", "matchExpressions"]);
    let span = fields.node.span;
    let match_labels = fields.text_map("matchLabels");
    let items = fields.list("matchExpressions");
    let requirement = |node| {
        let mut fields = fields.within(node, "matchExpressions");
        fields.only(&["key", "operator", "values"]);
        Requirement {
            span: fields.node.span,
            key: required(&mut fields, "key"),
            operator: required(&mut fields, "operator"),
            values: fields.texts("values"),
        }
    };
    LabelSelector { span, match_labels, match_expressions: items.iter().map(requirement).collect() }
}

const RULE_FIELDS: &[&str] = &["apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs"];

fn rule(fields: &mut Fields<'_, '_>) -> Option<RbacRule> {
    if !is_map(fields, "an entry of `rules`") {
        return None;
    }
    fields.only(RULE_FIELDS);
    Some(RbacRule {
        span: fields.node.span,
        api_groups: fields.texts("apiGroups"),
        resources: fields.texts("resources"),
        resource_names: fields.texts("resourceNames"),
        non_resource_urls: fields.texts("nonResourceURLs"),
        verbs: fields.texts("verbs"),
    })
}

/// Nothing for a binding without `roleRef`, which no server takes: a fragment that is merged into another.
pub(super) fn binding(
    fields: &mut Fields<'_, '_>,
    cluster_wide: bool,
    api_version: &Spanned<String>,
) -> Option<Binding> {
    fields.only(&["apiVersion", "kind", "metadata", "roleRef", "subjects"]);
    let meta = fields.named_meta();
    let role_ref = role_ref(fields)?;
    let subjects = fields
        .list("subjects")
        .iter()
        .filter_map(|node| subject(&mut fields.within(node, "subjects")))
        .collect();
    Some(Binding {
        cluster_wide,
        kind_span: fields.kind_span(),
        api_version: api_version.clone(),
        meta,
        role_ref,
        subjects,
    })
}

fn role_ref(fields: &mut Fields<'_, '_>) -> Option<RoleRef> {
    let node = fields.map("roleRef")?;
    let mut fields = fields.within(node, "roleRef");
    fields.only(&["apiGroup", "kind", "name"]);
    Some(RoleRef {
        kind: required(&mut fields, "kind"),
        name: required(&mut fields, "name"),
        api_group: fields.text("apiGroup"),
        span: node.span,
    })
}

fn subject(fields: &mut Fields<'_, '_>) -> Option<Subject> {
    if !is_map(fields, "an entry of `subjects`") {
        return None;
    }
    fields.only(&["apiGroup", "kind", "name", "namespace"]);
    Some(Subject {
        kind: required(fields, "kind"),
        name: required(fields, "name"),
        namespace: fields.text("namespace").filter(|namespace| !namespace.value.is_empty()),
        api_group: fields.text("apiGroup"),
        span: fields.node.span,
    })
}

/// A text that Kubernetes insists on; empty with the span of the map if it is not there.
fn required(fields: &mut Fields<'_, '_>, name: &str) -> Spanned<String> {
    let span = fields.node.span;
    if fields.get(name).is_none() {
        fields.missing(name, span);
    }
    fields.text(name).unwrap_or_else(|| Spanned::new(String::new(), span))
}

fn is_map(fields: &mut Fields<'_, '_>, what: &str) -> bool {
    let node = fields.node;
    if !node.is_map() {
        let message = format!("{what} must be a map, not {}", node.kind_name());
        fields.note(crate::model::Malformed::new(node.span, message));
    }
    node.is_map()
}
