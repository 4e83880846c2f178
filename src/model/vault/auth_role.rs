//! The Kubernetes auth method: its mount, its configuration, its roles.

use super::field::Fields;
use crate::syntax::{Span, Spanned};

/// An auth method that is mounted at `auth/PATH`.
#[derive(Debug, Clone)]
pub struct AuthMount {
    /// Path without `auth/` and without slashes at the ends.
    pub path: Spanned<String>,
    /// The method, `kubernetes` for all that this tool compiles.
    pub method: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// Settings of the mount itself (`description`, `default_lease_ttl`, …).
    pub settings: Fields,
    /// `auth/PATH/config`.
    pub config: Option<Fields>,
    /// The whole `config` value.
    pub config_span: Option<Span>,
    /// The service account that reviews tokens, to be expanded by `compile`.
    pub reviewer: Option<Reviewer>,
}

/// `reviewer:` of an auth mount's config.
#[derive(Debug, Clone)]
pub struct Reviewer {
    /// The service account.
    pub service_account: Spanned<String>,
    /// Its Kubernetes namespace.
    pub namespace: Spanned<String>,
    /// The whole value.
    pub span: Span,
}

/// `auth/MOUNT/role/NAME`.
#[derive(Debug, Clone)]
pub struct AuthRole {
    /// As written; Vault stores it in lower case.
    pub name: Spanned<String>,
    /// The mount's path without `auth/`.
    pub mount: String,
    /// The whole entry.
    pub span: Span,
    /// True if compiled from a grant.
    pub from_grant: bool,
    /// Its fields.
    pub fields: Fields,
}

impl AuthRole {
    /// `bound_service_account_names`.
    pub fn names(&self) -> &[Spanned<String>] {
        self.fields.list("bound_service_account_names")
    }

    /// `bound_service_account_namespaces`.
    pub fn namespaces(&self) -> &[Spanned<String>] {
        self.fields.list("bound_service_account_namespaces")
    }

    /// `token_policies`, or `policies` where that is absent.
    pub fn policies(&self) -> &[Spanned<String>] {
        self.fields.list("token_policies")
    }
}
