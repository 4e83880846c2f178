//! The Vault Secrets Operator: objects of the group `secrets.hashicorp.com`.
//!
//! Source: `api/v1beta1` of vault-secrets-operator.

use crate::model::kube::ObjectMeta;
use crate::syntax::{Span, Spanned};

/// A VaultConnection.
#[derive(Debug, Clone)]
pub struct VaultConnection {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.address`.
    pub address: Option<Spanned<String>>,
}

/// A VaultAuth.
#[derive(Debug, Clone)]
pub struct VaultAuth {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.vaultConnectionRef`, `[NAMESPACE/]NAME`.
    pub connection_ref: Option<Spanned<String>>,
    /// `spec.method`.
    pub method: Option<Spanned<String>>,
    /// `spec.mount`, without `auth/`.
    pub mount: Option<Spanned<String>>,
    /// `spec.namespace`: the Vault namespace.
    pub vault_namespace: Option<Spanned<String>>,
    /// `spec.allowedNamespaces`: who else may use it, letter for letter; its own namespace always may.
    pub allowed_namespaces: Vec<Spanned<String>>,
    /// `spec.kubernetes`.
    pub kubernetes: Option<OperatorLogin>,
    /// `spec.vaultAuthGlobalRef`.
    pub global_ref: Option<GlobalRef>,
}

/// `spec.kubernetes` of a VaultAuth.
#[derive(Debug, Clone)]
pub struct OperatorLogin {
    /// `role`.
    pub role: Option<Spanned<String>>,
    /// `serviceAccount`, which is looked up in the namespace of the object that uses the VaultAuth.
    pub service_account: Option<Spanned<String>>,
    /// `audiences`; those of the API server if empty.
    pub audiences: Vec<Spanned<String>>,
    /// `tokenExpirationSeconds`; 600 if absent, and at least that.
    pub expiration: Option<Spanned<i64>>,
    /// The whole block.
    pub span: Span,
}

/// `spec.vaultAuthGlobalRef`.
#[derive(Debug, Clone)]
pub struct GlobalRef {
    /// `name`; `default` if absent.
    pub name: Option<Spanned<String>>,
    /// `namespace`; that of the VaultAuth if absent.
    pub namespace: Option<Spanned<String>>,
    /// The whole block.
    pub span: Span,
}

/// A VaultAuthGlobal.
#[derive(Debug, Clone)]
pub struct VaultAuthGlobal {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.defaultAuthMethod`.
    pub default_method: Option<Spanned<String>>,
    /// `spec.defaultMount`.
    pub default_mount: Option<Spanned<String>>,
    /// `spec.defaultVaultNamespace`.
    pub default_vault_namespace: Option<Spanned<String>>,
    /// `spec.allowedNamespaces`.
    pub allowed_namespaces: Vec<Spanned<String>>,
    /// `spec.kubernetes`.
    pub kubernetes: Option<OperatorLogin>,
    /// `spec.kubernetes.mount`.
    pub mount: Option<Spanned<String>>,
    /// `spec.kubernetes.namespace`.
    pub vault_namespace: Option<Spanned<String>>,
}

/// A VaultStaticSecret, VaultDynamicSecret or VaultPKISecret.
#[derive(Debug, Clone)]
pub struct VaultSecret {
    /// `kind` as written.
    pub kind: Spanned<String>,
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.vaultAuthRef`, `[NAMESPACE/]NAME`; `default` in the namespace of the operator if absent.
    pub auth_ref: Option<Spanned<String>>,
    /// `spec.mount`.
    pub mount: Option<Spanned<String>>,
    /// `spec.namespace`: the Vault namespace.
    pub vault_namespace: Option<Spanned<String>>,
    /// `spec.destination.name`: the Kubernetes Secret that is made.
    pub destination: Option<Spanned<String>>,
    /// What is asked for.
    pub request: OperatorRequest,
}

/// What an object of the operator asks Vault for.
#[derive(Debug, Clone)]
pub enum OperatorRequest {
    /// VaultStaticSecret: a key-value secret.
    Static {
        /// `spec.path`, without `data/`.
        path: Option<Spanned<String>>,
        /// `spec.type`: `kv-v1` or `kv-v2`.
        version: Option<Spanned<String>>,
    },
    /// VaultDynamicSecret.
    Dynamic {
        /// `spec.path`, below the mount.
        path: Option<Spanned<String>>,
        /// `spec.params`, which make it a write.
        parameters: Vec<Spanned<String>>,
        /// `spec.requestHTTPMethod`.
        method: Option<Spanned<String>>,
    },
    /// VaultPKISecret.
    Pki {
        /// `spec.role`.
        role: Option<Spanned<String>>,
        /// `spec.issuerRef`.
        issuer: Option<Spanned<String>>,
    },
}
