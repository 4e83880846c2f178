//! The Agent Injector: annotations `vault.hashicorp.com/…` of a pod template.
//!
//! Source: `agent-inject/agent/annotations.go` of vault-k8s.

use super::template::TemplateCall;
use crate::syntax::Spanned;

/// What the annotations of one pod template say.
#[derive(Debug, Clone, Default)]
pub struct Injector {
    /// `agent-inject`.
    pub inject: Option<Spanned<String>>,
    /// `agent-inject-status`: `injected` stops the injector.
    pub status: Option<Spanned<String>>,
    /// `role`, which beats `auth-config-role`.
    pub role: Option<Spanned<String>>,
    /// `auth-path`, with `auth/` in front; `auth/kubernetes` if absent.
    pub auth_path: Option<Spanned<String>>,
    /// `auth-type`; `kubernetes` if absent.
    pub auth_type: Option<Spanned<String>>,
    /// `namespace`: the Vault namespace.
    pub vault_namespace: Option<Spanned<String>>,
    /// `agent-service-account-token-volume-name`.
    pub token_volume: Option<Spanned<String>>,
    /// `agent-configmap`: a configuration of one's own, beside which roles and secrets in annotations do not count.
    pub config_map: Option<Spanned<String>>,
    /// `agent-inject-default-template`.
    pub default_template: Option<Spanned<String>>,
    /// `agent-pre-populate`.
    pub pre_populate: Option<Spanned<String>>,
    /// `agent-pre-populate-only`.
    pub pre_populate_only: Option<Spanned<String>>,
    /// One for each NAME of the `agent-inject-…-NAME` annotations, in the order in which the names occur.
    pub secrets: Vec<InjectedSecret>,
}

/// The annotations that end in the same NAME.
#[derive(Debug, Clone)]
pub struct InjectedSecret {
    /// NAME as first written.
    pub name: Spanned<String>,
    /// `agent-inject-secret-NAME`: a path of the API.
    pub path: Option<Spanned<String>>,
    /// `agent-inject-template-NAME`.
    pub template: Option<InjectedTemplate>,
    /// `agent-inject-template-file-NAME`: a file in the agent's container.
    pub template_file: Option<Spanned<String>>,
    /// `agent-inject-file-NAME`.
    pub file: Option<Spanned<String>>,
}

/// A template in an annotation.
#[derive(Debug, Clone)]
pub struct InjectedTemplate {
    /// Its text.
    pub text: Spanned<String>,
    /// What it fetches.
    pub calls: Vec<TemplateCall>,
}
