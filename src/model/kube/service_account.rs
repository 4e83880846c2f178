//! Service accounts and Kubernetes namespaces.

use super::ObjectMeta;
use crate::syntax::Spanned;

/// A ServiceAccount.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// Name, namespace, labels.
    pub meta: ObjectMeta,
    /// `automountServiceAccountToken`.
    pub automount: Option<Spanned<bool>>,
}

/// A Namespace object.
#[derive(Debug, Clone)]
pub struct KubernetesNamespace {
    /// Name and labels.
    pub meta: ObjectMeta,
}
