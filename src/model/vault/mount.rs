//! Secrets mounts and how surely they are known.

use super::field::Fields;
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
