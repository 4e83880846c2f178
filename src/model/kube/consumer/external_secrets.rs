//! External Secrets: stores that speak to Vault, and the secrets taken from them.
//!
//! Source: `apis/externalsecrets/v1/secretstore_vault_types.go` of external-secrets.

use crate::model::kube::ObjectMeta;
use crate::syntax::{Span, Spanned};

/// A SecretStore or ClusterSecretStore whose provider is Vault.
#[derive(Debug, Clone)]
pub struct SecretStore {
    /// True for a ClusterSecretStore.
    pub cluster_wide: bool,
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `provider.vault.path`: the mount.
    pub path: Option<Spanned<String>>,
    /// `provider.vault.version`: `v1` or `v2`; `v2` if absent.
    pub version: Option<Spanned<String>>,
    /// `provider.vault.namespace`: the Vault namespace.
    pub vault_namespace: Option<Spanned<String>>,
    /// `provider.vault.auth.kubernetes`.
    pub kubernetes: Option<StoreLogin>,
    /// Another way to log in: its key.
    pub other_auth: Option<Spanned<String>>,
}

impl SecretStore {
    /// `SecretStore` or `ClusterSecretStore`.
    pub fn kind_word(&self) -> &'static str {
        if self.cluster_wide { "ClusterSecretStore" } else { "SecretStore" }
    }
}

/// `auth.kubernetes` of a store.
#[derive(Debug, Clone)]
pub struct StoreLogin {
    /// `mountPath`, without `auth/`; `kubernetes` if absent.
    pub mount: Option<Spanned<String>>,
    /// `role`.
    pub role: Option<Spanned<String>>,
    /// `serviceAccountRef`.
    pub service_account: Option<StoreServiceAccount>,
    /// `secretRef`: a stored token.
    pub secret_ref: Option<Span>,
    /// The whole block.
    pub span: Span,
}

/// `serviceAccountRef`.
#[derive(Debug, Clone)]
pub struct StoreServiceAccount {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `namespace`, which counts in a ClusterSecretStore only.
    pub namespace: Option<Spanned<String>>,
    /// `audiences`; those of the API server if empty.
    pub audiences: Vec<Spanned<String>>,
    /// The whole block.
    pub span: Span,
}

/// An ExternalSecret.
#[derive(Debug, Clone)]
pub struct ExternalSecret {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.secretStoreRef`.
    pub store: Option<StoreRef>,
    /// `spec.target.name`; the object's own name if absent.
    pub target: Option<Spanned<String>>,
    /// `data[].remoteRef`, `dataFrom[].extract` and `dataFrom[].find`.
    pub refs: Vec<RemoteRef>,
}

/// `secretStoreRef`.
#[derive(Debug, Clone)]
pub struct StoreRef {
    /// `name`.
    pub name: Spanned<String>,
    /// `kind`; `SecretStore` if absent.
    pub kind: Option<Spanned<String>>,
}

/// What is taken from a store.
#[derive(Debug, Clone)]
pub struct RemoteRef {
    /// `key`, or `path` of a `find`.
    pub key: Option<Spanned<String>>,
    /// `property`.
    pub property: Option<Spanned<String>>,
    /// A `find`, which lists.
    pub finds: bool,
    /// A store of its own (`sourceRef.storeRef`).
    pub store: Option<StoreRef>,
    /// The whole reference.
    pub span: Span,
}
