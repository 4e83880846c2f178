//! What a controller asks of Vault beside the secrets that are followed.

use crate::syntax::Spanned;

/// An object, or a setting of one, because of which a controller asks Vault for more than is followed here, with the
/// login of one of its stores or one of its own.
#[derive(Debug, Clone)]
pub struct Unfollowed {
    /// Its kind, or the word of the setting.
    pub what: Spanned<String>,
    /// Who asks.
    pub controller: Controller,
    /// The auth role that it names by itself.
    pub role: Option<Spanned<String>>,
}

/// A controller that fetches secrets for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Controller {
    /// External Secrets: pushed secrets, generators, metadata.
    ExternalSecrets,
    /// The Vault Secrets Operator: its own encrypted cache, revocation, events.
    VaultSecretsOperator,
}
