//! Configurations of Vault Agent.
//!
//! Source: `internal/command/agent/config` of OpenBao, `command/agent/config` of Vault.

use super::template::TemplateCall;
use crate::syntax::{Span, Spanned};

/// One configuration.
#[derive(Debug, Clone)]
pub struct AgentConfig {
    /// Where it stands.
    pub holder: AgentHolder,
    /// The whole text.
    pub span: Span,
    /// `auto_auth { method … }`.
    pub method: Option<AgentMethod>,
    /// `template` blocks.
    pub templates: Vec<AgentTemplate>,
}

/// Where a configuration stands.
#[derive(Debug, Clone)]
pub enum AgentHolder {
    /// In a file of its own.
    File,
    /// Under a key of a ConfigMap.
    ConfigMap {
        /// `metadata.name`.
        name: Spanned<String>,
        /// `metadata.namespace`.
        namespace: Option<Spanned<String>>,
        /// The key.
        key: Spanned<String>,
    },
}

/// How the agent logs in.
#[derive(Debug, Clone)]
pub struct AgentMethod {
    /// `kubernetes`, `approle`, …
    pub kind: Spanned<String>,
    /// `mount_path`, with `auth/` in front; `auth/` and the kind if absent.
    pub mount_path: Option<Spanned<String>>,
    /// `namespace`: the Vault namespace.
    pub vault_namespace: Option<Spanned<String>>,
    /// `config { role }`.
    pub role: Option<Spanned<String>>,
    /// `config { token_path }`; the token of the pod's service account if absent.
    pub token_path: Option<Spanned<String>>,
    /// The whole block.
    pub span: Span,
}

/// A `template` block.
#[derive(Debug, Clone)]
pub struct AgentTemplate {
    /// `destination`.
    pub destination: Option<Spanned<String>>,
    /// `source`: a file that holds the template.
    pub source: Option<Spanned<String>>,
    /// What `contents` fetches; nothing is known of a `source`.
    pub calls: Vec<TemplateCall>,
    /// The whole block.
    pub span: Span,
}
