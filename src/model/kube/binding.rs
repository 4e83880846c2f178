//! RoleBinding and ClusterRoleBinding.

use super::ObjectMeta;
use super::rbac::RbacRoleKind;
use crate::syntax::{Span, Spanned};

/// A RoleBinding or a ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct Binding {
    /// True for a ClusterRoleBinding.
    pub cluster_wide: bool,
    /// The word that says so; in a spec, the `namespace` of the role or, without one, its name.
    pub kind_span: Span,
    /// `apiVersion` as written.
    pub api_version: Spanned<String>,
    /// Name, namespace, labels.
    pub meta: ObjectMeta,
    /// What is granted.
    pub role_ref: RoleRef,
    /// To whom.
    pub subjects: Vec<Subject>,
}

impl Binding {
    /// `RoleBinding` or `ClusterRoleBinding`.
    pub fn kind_word(&self) -> &'static str {
        if self.cluster_wide { "ClusterRoleBinding" } else { "RoleBinding" }
    }
}

/// `roleRef`.
#[derive(Debug, Clone)]
pub struct RoleRef {
    /// `kind` as written.
    pub kind: Spanned<String>,
    /// `name`.
    pub name: Spanned<String>,
    /// `apiGroup`, if written.
    pub api_group: Option<Spanned<String>>,
    /// The whole value.
    pub span: Span,
}

impl RoleRef {
    /// The kind of role that is meant, if it is one.
    pub fn role_kind(&self) -> Option<RbacRoleKind> {
        match self.kind.as_str() {
            "Role" => Some(RbacRoleKind::Role),
            "ClusterRole" => Some(RbacRoleKind::ClusterRole),
            _ => None,
        }
    }
}

/// One entry of `subjects`.
#[derive(Debug, Clone)]
pub struct Subject {
    /// `ServiceAccount`, `User` or `Group`, as written.
    pub kind: Spanned<String>,
    /// `name`.
    pub name: Spanned<String>,
    /// `namespace`, for service accounts.
    pub namespace: Option<Spanned<String>>,
    /// `apiGroup`, if written.
    pub api_group: Option<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}
