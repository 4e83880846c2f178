//! What Kubernetes holds: RBAC roles, bindings, service accounts, namespaces, workloads, and what fetches secrets for
//! them.

pub mod binding;
pub mod consumer;
pub mod rbac;
pub mod request_pattern;
pub mod resource;
pub mod selector;
pub mod service_account;
pub mod workload;

use crate::syntax::{Span, Spanned};

/// What every Kubernetes object has.
#[derive(Debug, Clone)]
pub struct ObjectMeta {
    /// `metadata.name`; empty with the span of the object if absent.
    pub name: Spanned<String>,
    /// `metadata.namespace`.
    pub namespace: Option<Spanned<String>>,
    /// `metadata.labels`.
    pub labels: Vec<(Spanned<String>, Spanned<String>)>,
    /// `metadata.annotations`.
    pub annotations: Vec<(Spanned<String>, Spanned<String>)>,
    /// The whole object.
    pub span: Span,
}

impl ObjectMeta {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| name.value == key).map(|(_, value)| value.as_str())
    }

    /// The value of an annotation.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.iter().find(|(name, _)| name.value == key).map(|(_, value)| value.as_str())
    }

    /// The namespace, or nothing.
    pub fn namespace_name(&self) -> Option<&str> {
        self.namespace.as_ref().map(Spanned::as_str)
    }
}
