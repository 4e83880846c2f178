//! The Kubernetes auth method: its mount, its configuration, its roles.

use super::field::{Availability, FieldKind, FieldSpec, Fields};
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
    /// What to call it in messages: ``auth role `web` ``, ``grant `web` ``.
    pub fn words(&self) -> String {
        let kind = if self.from_grant { "grant" } else { "auth role" };
        // A backtick of its own would upset those around it.
        format!("{kind} `{}`", self.name.value.replace('`', "'"))
    }

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

/// The fields of `auth/MOUNT/role/NAME`.
///
/// Source: `path_role.go` of the Kubernetes auth plugin, `sdk/helper/tokenutil`.
pub static AUTH_ROLE: [FieldSpec; 21] = [
    FieldSpec::new(
        "bound_service_account_names",
        FieldKind::List,
        "service accounts that may log in; `*` inside a name stands for any text, `*` alone for all",
    )
    .required(),
    FieldSpec::new(
        "bound_service_account_namespaces",
        FieldKind::List,
        "Kubernetes namespaces of these service accounts; each name may come from each namespace",
    ),
    FieldSpec::new(
        "bound_service_account_namespace_selector",
        FieldKind::Selector,
        "label selector (`matchLabels` only) for further Kubernetes namespaces",
    ),
    FieldSpec::new("audience", FieldKind::Text, "the one audience that the JWT must be made for"),
    FieldSpec::new(
        "alias_name_source",
        FieldKind::Choice(&["serviceaccount_uid", "serviceaccount_name"]),
        "what the identity alias is named after",
    )
    .default("serviceaccount_uid"),
    FieldSpec::new("token_policies", FieldKind::List, "policies of the issued token, beside `default`"),
    FieldSpec::new("token_no_default_policy", FieldKind::Bool, "leave the policy `default` out"),
    FieldSpec::new("token_ttl", FieldKind::Duration, "how long a token lives before it must be renewed"),
    FieldSpec::new("token_max_ttl", FieldKind::Duration, "how long a token can be renewed for"),
    FieldSpec::new("token_explicit_max_ttl", FieldKind::Duration, "hard limit on the life of a token"),
    FieldSpec::new("token_period", FieldKind::Duration, "renewable for ever in steps of this length"),
    FieldSpec::new("token_num_uses", FieldKind::Integer, "how often a token can be used; 0 for no limit"),
    FieldSpec::new(
        "token_type",
        FieldKind::Choice(&["default", "service", "batch"]),
        "type of the issued token",
    )
    .default("default"),
    FieldSpec::new("token_bound_cidrs", FieldKind::List, "addresses that may log in and use the token"),
    FieldSpec::new(
        "token_strictly_bind_ip",
        FieldKind::Bool,
        "bind the token to the address that logged in; not together with `token_bound_cidrs`",
    )
    .only(Availability::OpenBaoOnly),
    FieldSpec::new("policies", FieldKind::List, "old spelling of `token_policies`")
        .drops_empty()
        .replaced_by("token_policies"),
    FieldSpec::new("ttl", FieldKind::Duration, "old spelling of `token_ttl`").replaced_by("token_ttl"),
    FieldSpec::new("max_ttl", FieldKind::Duration, "old spelling of `token_max_ttl`")
        .replaced_by("token_max_ttl"),
    FieldSpec::new("period", FieldKind::Duration, "old spelling of `token_period`")
        .replaced_by("token_period"),
    FieldSpec::new("num_uses", FieldKind::Integer, "old spelling of `token_num_uses`")
        .replaced_by("token_num_uses"),
    FieldSpec::new("bound_cidrs", FieldKind::List, "old spelling of `token_bound_cidrs`")
        .replaced_by("token_bound_cidrs"),
];

/// The fields of `auth/MOUNT/config`. A write replaces all of them.
///
/// Source: `path_config.go` of the Kubernetes auth plugin.
pub static AUTH_CONFIG: [FieldSpec; 8] = [
    FieldSpec::new("kubernetes_host", FieldKind::Text, "URL of the Kubernetes API server").required(),
    FieldSpec::new("kubernetes_ca_cert", FieldKind::Text, "PEM text of the CA of the API server"),
    FieldSpec::new("token_reviewer_jwt", FieldKind::Text, "JWT that reviews tokens").secret(),
    FieldSpec::new("pem_keys", FieldKind::List, "PEM public keys or certificates that sign JWTs"),
    FieldSpec::new(
        "disable_local_ca_jwt",
        FieldKind::Bool,
        "use neither the CA nor the JWT of Vault's own pod",
    ),
    FieldSpec::new("issuer", FieldKind::Text, "deprecated: issuer that a JWT must name"),
    FieldSpec::new("disable_iss_validation", FieldKind::Bool, "deprecated: leave the issuer unchecked")
        .default("true"),
    FieldSpec::new(
        "use_annotations_as_alias_metadata",
        FieldKind::Bool,
        "copy service account annotations into the alias metadata",
    )
    .only(Availability::VaultOnly),
];

/// Settings of an auth mount: those of `vault auth enable` and `vault auth tune`.
pub static AUTH_MOUNT: [FieldSpec; 14] = [
    FieldSpec::new("description", FieldKind::Text, "text for people"),
    FieldSpec::new("default_lease_ttl", FieldKind::Duration, "lifetime of tokens whose role sets none"),
    FieldSpec::new("max_lease_ttl", FieldKind::Duration, "longest lifetime of any token of this mount"),
    FieldSpec::new(
        "token_type",
        FieldKind::Choice(&["default-service", "default-batch", "service", "batch"]),
        "type of the tokens of this mount; `service` and `batch` override the roles",
    )
    .default("default-service"),
    FieldSpec::new(
        "listing_visibility",
        FieldKind::Choice(&["hidden", "unauth"]),
        "whether user interfaces show the mount",
    )
    .default("hidden"),
    FieldSpec::new(
        "audit_non_hmac_request_keys",
        FieldKind::List,
        "request keys that the audit log shows in clear",
    ),
    FieldSpec::new(
        "audit_non_hmac_response_keys",
        FieldKind::List,
        "response keys that the audit log shows in clear",
    ),
    FieldSpec::new("passthrough_request_headers", FieldKind::List, "request headers that the plugin sees"),
    FieldSpec::new("allowed_response_headers", FieldKind::List, "response headers that the plugin may set"),
    FieldSpec::new("options", FieldKind::Map, "options of the plugin"),
    FieldSpec::new("plugin_version", FieldKind::Text, "version of the plugin"),
    FieldSpec::new("local", FieldKind::Bool, "not replicated"),
    FieldSpec::new("seal_wrap", FieldKind::Bool, "wrap critical values with the seal"),
    FieldSpec::new("external_entropy_access", FieldKind::Bool, "may use the external source of entropy")
        .only(Availability::VaultOnly),
];
