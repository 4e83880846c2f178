//! RBAC roles: Role and ClusterRole.

use super::ObjectMeta;
use super::selector::LabelSelector;
use crate::syntax::{Span, Spanned};

/// A Role or a ClusterRole.
#[derive(Debug, Clone)]
pub struct RbacRole {
    /// Which of the two.
    pub kind: RbacRoleKind,
    /// Name, namespace, labels.
    pub meta: ObjectMeta,
    /// `apiVersion` as written.
    pub api_version: Spanned<String>,
    /// Its rules in order.
    pub rules: Vec<RbacRule>,
    /// The value of `aggregationRule`, if any.
    pub aggregation: Option<Span>,
    /// `aggregationRule.clusterRoleSelectors`, of which one is enough.
    pub aggregation_selectors: Vec<LabelSelector>,
}

/// The two kinds of RBAC role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RbacRoleKind {
    /// Namespaced.
    Role,
    /// Cluster-wide.
    ClusterRole,
}

impl RbacRoleKind {
    /// `Role` or `ClusterRole`.
    pub fn word(self) -> &'static str {
        match self {
            RbacRoleKind::Role => "Role",
            RbacRoleKind::ClusterRole => "ClusterRole",
        }
    }
}

/// One entry of `rules`.
#[derive(Debug, Clone)]
pub struct RbacRule {
    /// The whole entry.
    pub span: Span,
    /// `apiGroups`.
    pub api_groups: Vec<Spanned<String>>,
    /// `resources`.
    pub resources: Vec<Spanned<String>>,
    /// `resourceNames`.
    pub resource_names: Vec<Spanned<String>>,
    /// `nonResourceURLs`.
    pub non_resource_urls: Vec<Spanned<String>>,
    /// `verbs`.
    pub verbs: Vec<Spanned<String>>,
}
