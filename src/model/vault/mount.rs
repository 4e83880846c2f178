//! Secrets mounts and how surely they are known.

use super::field::{Availability, FieldKind, FieldSpec, Fields};
use crate::syntax::Span;

/// A secrets mount and what stands behind the knowledge of it.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Path without slashes at the ends.
    pub path: String,
    /// What is mounted.
    pub engine: Engine,
    /// How surely.
    pub confidence: Confidence,
    /// The place that says so.
    pub evidence: Span,
    /// Directory whose files the knowledge holds for (`""` for all).
    pub scope: String,
    /// Settings, for a mount that a spec declares.
    pub settings: Option<Fields>,
}

/// A secrets engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Engine {
    /// Key-value, version 1 or 2; `None` if not known which.
    Kv(Option<KvVersion>),
    /// Kubernetes.
    Kubernetes,
    /// Database.
    Database,
    /// PKI.
    Pki,
    /// Transit.
    Transit,
    /// Another type, by its name.
    Other(String),
}

/// Version of a key-value mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KvVersion {
    /// Plain paths.
    V1,
    /// `data/`, `metadata/`, …
    V2,
}

/// How surely something is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Inferred from use in the same directory tree.
    Inferred,
    /// Declared in `rolewright.toml`.
    Configured,
    /// Declared in a spec.
    Declared,
}

impl Engine {
    /// The engine that a mount `type` names, with the version that `options` give a key-value mount.
    ///
    /// Vault mounts version 1 where nothing is said; `kv-v2` is the command line's word for version 2.
    pub fn of_type(kind: &str, version: Option<&str>) -> Engine {
        match (kind, version) {
            ("kv-v2", _) | ("kv", Some("2")) => Engine::Kv(Some(KvVersion::V2)),
            ("kv-v1" | "generic", _) | ("kv", None | Some("1")) => Engine::Kv(Some(KvVersion::V1)),
            ("kv", _) => Engine::Kv(None),
            ("kubernetes", _) => Engine::Kubernetes,
            ("database", _) => Engine::Database,
            ("pki", _) => Engine::Pki,
            ("transit", _) => Engine::Transit,
            (other, _) => Engine::Other(other.to_owned()),
        }
    }

    /// The mount type, as `vault secrets list` shows it.
    pub fn type_name(&self) -> &str {
        match self {
            Engine::Kv(_) => "kv",
            Engine::Kubernetes => "kubernetes",
            Engine::Database => "database",
            Engine::Pki => "pki",
            Engine::Transit => "transit",
            Engine::Other(name) => name,
        }
    }
}

/// Settings of a secrets mount: those of `vault secrets enable` and `vault secrets tune`.
pub static MOUNT: [FieldSpec; 15] = [
    FieldSpec::new("description", FieldKind::Text, "text for people"),
    FieldSpec::new("options", FieldKind::Map, "options of the engine; of `kv`, `version`"),
    FieldSpec::new("default_lease_ttl", FieldKind::Duration, "lifetime of leases that say nothing else"),
    FieldSpec::new("max_lease_ttl", FieldKind::Duration, "longest lifetime of any lease of this mount"),
    FieldSpec::new("force_no_cache", FieldKind::Bool, "read past the cache"),
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
    FieldSpec::new("passthrough_request_headers", FieldKind::List, "request headers that the engine sees"),
    FieldSpec::new("allowed_response_headers", FieldKind::List, "response headers that the engine may set"),
    FieldSpec::new("allowed_managed_keys", FieldKind::List, "managed keys that the mount may use")
        .only(Availability::VaultOnly),
    FieldSpec::new("plugin_version", FieldKind::Text, "version of the plugin"),
    FieldSpec::new("local", FieldKind::Bool, "not replicated"),
    FieldSpec::new("seal_wrap", FieldKind::Bool, "wrap critical values with the seal"),
    FieldSpec::new("external_entropy_access", FieldKind::Bool, "may use the external source of entropy")
        .only(Availability::VaultOnly),
];
