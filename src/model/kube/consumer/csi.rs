//! The Secrets Store CSI driver: SecretProviderClass for the provider of Vault or OpenBao.
//!
//! Source: `internal/config/config.go` of vault-csi-provider.

use crate::model::kube::ObjectMeta;
use crate::syntax::{Span, Spanned};

/// A SecretProviderClass.
#[derive(Debug, Clone)]
pub struct ProviderClass {
    /// Name and namespace.
    pub meta: ObjectMeta,
    /// `spec.provider`: `vault` or `openbao`.
    pub provider: Spanned<String>,
    /// `roleName`.
    pub role: Option<Spanned<String>>,
    /// `vaultAuthMountPath`, or its alias `vaultKubernetesMountPath`, without `auth/`; `kubernetes` if absent.
    pub auth_mount: Option<Spanned<String>>,
    /// Both spellings at once, which the provider refuses: the second.
    pub auth_mount_again: Option<Span>,
    /// `vaultNamespace`.
    pub vault_namespace: Option<Spanned<String>>,
    /// `audience`.
    pub audience: Option<Spanned<String>>,
    /// What the text `objects` lists.
    pub objects: Vec<CsiObject>,
    /// Kubernetes Secrets that the driver fills from the mounted files: `spec.secretObjects[].secretName`.
    pub secret_objects: Vec<Spanned<String>>,
}

/// One entry of `objects`.
#[derive(Debug, Clone)]
pub struct CsiObject {
    /// `objectName`: the file.
    pub name: Option<Spanned<String>>,
    /// `secretPath`: a path of the API.
    pub path: Option<Spanned<String>>,
    /// `secretKey`.
    pub key: Option<Spanned<String>>,
    /// `method`; GET if absent.
    pub method: Option<Spanned<String>>,
    /// The keys of `secretArgs`.
    pub arguments: Vec<Spanned<String>>,
    /// The whole entry.
    pub span: Span,
}
