//! The Kubernetes secrets engine: its mount, its configuration, its roles.

use super::field::{FieldKind, FieldSpec, Fields};
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

/// The fields of `MOUNT/roles/NAME`.
///
/// Source: `path_roles.go` of the Kubernetes secrets plugin.
pub static SECRETS_ROLE: [FieldSpec; 12] = [
    FieldSpec::new(
        "allowed_kubernetes_namespaces",
        FieldKind::List,
        "Kubernetes namespaces that credentials may be made in, letter for letter; `*` for all",
    )
    .drops_empty(),
    FieldSpec::new(
        "allowed_kubernetes_namespace_selector",
        FieldKind::Selector,
        "label selector for further Kubernetes namespaces",
    ),
    FieldSpec::new(
        "service_account_name",
        FieldKind::Text,
        "existing service account that tokens are made for",
    ),
    FieldSpec::new(
        "kubernetes_role_name",
        FieldKind::Text,
        "existing Role or ClusterRole that a new service account is bound to",
    ),
    FieldSpec::new(
        "generated_role_rules",
        FieldKind::RoleRules,
        "rules of a Role or ClusterRole that is made for each credential",
    ),
    FieldSpec::new(
        "kubernetes_role_type",
        FieldKind::Text,
        "kind of the role that is bound or made: `Role` or `ClusterRole`",
    )
    .default("Role"),
    FieldSpec::new(
        "token_default_ttl",
        FieldKind::Duration,
        "lifetime of tokens where the request names none",
    ),
    FieldSpec::new("token_max_ttl", FieldKind::Duration, "longest lifetime that a request may ask for"),
    FieldSpec::new("token_default_audiences", FieldKind::List, "audiences where the request names none")
        .drops_empty(),
    FieldSpec::new("name_template", FieldKind::Text, "template for the names of generated objects"),
    FieldSpec::new("extra_labels", FieldKind::Map, "labels of generated objects"),
    FieldSpec::new("extra_annotations", FieldKind::Map, "annotations of generated objects"),
];

/// The fields of `MOUNT/config`.
///
/// Source: `path_config.go` of the Kubernetes secrets plugin.
pub static SECRETS_CONFIG: [FieldSpec; 4] = [
    FieldSpec::new("kubernetes_host", FieldKind::Text, "URL of the Kubernetes API server"),
    FieldSpec::new("kubernetes_ca_cert", FieldKind::Text, "PEM text of the CA of the API server"),
    FieldSpec::new("service_account_jwt", FieldKind::Text, "JWT that talks to the API server").secret(),
    FieldSpec::new(
        "disable_local_ca_jwt",
        FieldKind::Bool,
        "use neither the CA nor the JWT of Vault's own pod",
    ),
];
