//! The Kubernetes secrets engine: its mount, its configuration, its roles.

use super::field::Fields;
use crate::syntax::{Span, Spanned};

/// A Kubernetes secrets engine.
#[derive(Debug, Clone)]
pub struct KubernetesEngine {
    /// Mount path without slashes at the ends.
    pub path: Spanned<String>,
    /// The whole entry.
    pub span: Span,
    /// Settings of the mount itself.
    pub settings: Fields,
    /// `PATH/config`.
    pub config: Option<Fields>,
    /// The whole `config` value.
    pub config_span: Option<Span>,
}

/// `MOUNT/roles/NAME` of a Kubernetes secrets engine.
#[derive(Debug, Clone)]
pub struct SecretsRole {
    /// As written; Vault stores it in lower case.
    pub name: Spanned<String>,
    /// The engine's mount path.
    pub mount: String,
    /// The whole entry.
    pub span: Span,
    /// Its fields.
    pub fields: Fields,
}
