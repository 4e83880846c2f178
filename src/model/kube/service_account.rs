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

/// A Secret of type `kubernetes.io/service-account-token`, in which a controller puts a token that does not expire.
#[derive(Debug, Clone)]
pub struct TokenSecret {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// The annotation `kubernetes.io/service-account.name`.
    pub account: Option<Spanned<String>>,
    /// `type`.
    pub kind: Spanned<String>,
}

/// A Namespace object.
#[derive(Debug, Clone)]
pub struct KubernetesNamespace {
    /// Name and labels.
    pub meta: ObjectMeta,
}
