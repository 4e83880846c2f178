//! `generated_role_rules` of the Kubernetes secrets engine: rules of a Role that is made for each credential.
//!
//! The engine reads the text as an object with `rules` and drops every key that it does not know; it looks no further.
//! The API server does, when the role is made. Source: `client.go` (`makeRules`) of the Kubernetes secrets plugin.

use crate::model::kube::ObjectMeta;
use crate::model::kube::rbac::{RbacRole, RbacRoleKind, RbacRule};
use crate::model::vault::secrets_role::SecretsRole;
use crate::syntax::tree::{Entry, Node, NodeKind};
use crate::syntax::{SourceId, Span, Spanned, yaml};

/// The rules as the engine reads them.
#[derive(Debug, Clone)]
pub struct GeneratedRules {
    /// Every rule, all of it at the place of the field.
    pub rules: Vec<RbacRule>,
    /// Keys that the engine drops.
    pub dropped: Vec<String>,
}

/// Reads the text of the field, which stands at `span`; nothing if the engine refuses to store it.
pub fn read(text: &str, span: Span) -> Option<GeneratedRules> {
    let stream = yaml::parse(text, SourceId(u32::MAX));
    if !stream.errors.is_empty() {
        return None;
    }
    let root = stream.documents.into_iter().next().map(|document| document.root)?;
    if !root.is_map() {
        return None;
    }
    let mut read = GeneratedRules { rules: Vec::new(), dropped: Vec::new() };
    for Entry { key, value } in root.entries() {
        match &value.kind {
            _ if !key.value.eq_ignore_ascii_case("rules") => read.dropped.push(key.value.clone()),
            NodeKind::Null => {}
            NodeKind::List(items) => {
                for item in items {
                    let rule = rule(item, span, &mut read.dropped)?;
                    read.rules.push(rule);
                }
            }
            _ => return None,
        }
    }
    Some(read)
}

fn rule(node: &Node, span: Span, dropped: &mut Vec<String>) -> Option<RbacRule> {
    if !node.is_map() {
        return None;
    }
    let mut rule = RbacRule {
        span,
        api_groups: Vec::new(),
        resources: Vec::new(),
        resource_names: Vec::new(),
        non_resource_urls: Vec::new(),
        verbs: Vec::new(),
    };
    for Entry { key, value } in node.entries() {
        let list = match key.value.to_ascii_lowercase().as_str() {
            "apigroups" => &mut rule.api_groups,
            "resources" => &mut rule.resources,
            "resourcenames" => &mut rule.resource_names,
            "nonresourceurls" => &mut rule.non_resource_urls,
            "verbs" => &mut rule.verbs,
            _ => {
                dropped.push(key.value.clone());
                continue;
            }
        };
        match &value.kind {
            NodeKind::Null => {}
            NodeKind::List(items) => {
                for item in items {
                    list.push(Spanned::new(item.as_text()?.to_owned(), span));
                }
            }
            _ => return None,
        }
    }
    Some(rule)
}

/// The kind of role that a role of the engine binds or makes.
pub fn role_kind(role: &SecretsRole) -> RbacRoleKind {
    match role.fields.text("kubernetes_role_type") {
        Some(word) if word.value.eq_ignore_ascii_case("clusterrole") => RbacRoleKind::ClusterRole,
        _ => RbacRoleKind::Role,
    }
}

/// The role that is made of the rules in `namespace`, under `name`.
pub fn as_role(
    rules: Vec<RbacRule>,
    kind: RbacRoleKind,
    name: &str,
    namespace: &str,
    span: Span,
) -> RbacRole {
    let namespace = (kind == RbacRoleKind::Role).then(|| Spanned::new(namespace.to_owned(), span));
    RbacRole {
        kind,
        meta: ObjectMeta {
            name: Spanned::new(name.to_owned(), span),
            namespace,
            labels: Vec::new(),
            annotations: Vec::new(),
            span,
        },
        api_version: Spanned::new("rbac.authorization.k8s.io/v1".to_owned(), span),
        rules,
        aggregation: None,
        aggregation_selectors: Vec::new(),
    }
}
