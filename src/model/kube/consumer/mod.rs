//! What fetches secrets from Vault for pods: the Agent Injector, Vault Agent, the Vault Secrets Operator, the Secrets
//! Store CSI driver, External Secrets.
//!
//! The same thing has another spelling in each of them; the fields here hold what is written, and
//! [`crate::semantics::trace`] knows the spellings.

pub mod agent;
pub mod csi;
pub mod external_secrets;
pub mod injector;
pub mod operator;
pub mod template;
pub mod unfollowed;

use super::ObjectMeta;
use agent::AgentConfig;
use csi::ProviderClass;
use external_secrets::{ExternalSecret, SecretStore};
use operator::{VaultAuth, VaultAuthGlobal, VaultConnection, VaultSecret};
use unfollowed::{Controller, Unfollowed};

/// Words of which one stands wherever the pods of an object, the values of a chart or a patch are to get secrets through
/// annotations, or through a plugin of Argo CD.
pub const MARKS: [&str; 6] = [
    "vault.hashicorp.com/agent-inject",
    "vault.hashicorp.com~1agent-inject",
    "vault.hashicorp.com/role",
    "vault.security.banzaicloud.io/vault-",
    "avp.kubernetes.io/",
    "AVP_K8S_ROLE",
];

/// All consumers but the Agent Injector, whose settings are annotations of a workload.
#[derive(Debug, Clone, Default)]
pub struct Consumers {
    /// Configurations of Vault Agent.
    pub agents: Vec<AgentConfig>,
    /// `VaultConnection` objects.
    pub vault_connections: Vec<VaultConnection>,
    /// `VaultAuth` objects.
    pub vault_auths: Vec<VaultAuth>,
    /// `VaultAuthGlobal` objects.
    pub vault_auth_globals: Vec<VaultAuthGlobal>,
    /// `VaultStaticSecret`, `VaultDynamicSecret` and `VaultPKISecret` objects.
    pub vault_secrets: Vec<VaultSecret>,
    /// `SecretProviderClass` objects for Vault or OpenBao.
    pub provider_classes: Vec<ProviderClass>,
    /// `SecretStore` and `ClusterSecretStore` objects that speak to Vault.
    pub secret_stores: Vec<SecretStore>,
    /// `ExternalSecret` objects.
    pub external_secrets: Vec<ExternalSecret>,
    /// What is asked of Vault beside.
    pub unfollowed: Vec<Unfollowed>,
}

impl Consumers {
    /// True without any.
    pub fn is_empty(&self) -> bool {
        let Consumers {
            agents,
            vault_connections: _,
            vault_auths,
            vault_auth_globals,
            vault_secrets,
            provider_classes,
            secret_stores,
            external_secrets,
            unfollowed: _,
        } = self;
        agents.is_empty()
            && vault_auths.is_empty()
            && vault_auth_globals.is_empty()
            && vault_secrets.is_empty()
            && provider_classes.is_empty()
            && secret_stores.is_empty()
            && external_secrets.is_empty()
    }

    /// What asks Vault for more than is followed, with the auth role of this name or with one that is not said.
    pub fn unfollowed_by(&self, role: &str) -> impl Iterator<Item = &Unfollowed> {
        let stores = self.secret_stores.iter().filter_map(|store| store.kubernetes.as_ref());
        let by_stores = stores.map(|login| (Controller::ExternalSecrets, login.role.as_ref()));
        let auths = self.vault_auths.iter().filter_map(|auth| auth.kubernetes.as_ref());
        let globals = self.vault_auth_globals.iter().filter_map(|auth| auth.kubernetes.as_ref());
        let by_auths = auths.chain(globals).map(|it| (Controller::VaultSecretsOperator, it.role.as_ref()));
        let uses =
            by_stores.chain(by_auths).filter(move |(_, named)| named.is_none_or(|it| it.value == role));
        let controllers: Vec<Controller> = uses.map(|(controller, _)| controller).collect();
        self.unfollowed.iter().filter(move |it| match &it.role {
            Some(own) => own.value == role,
            None => controllers.contains(&it.controller),
        })
    }

    /// The objects, each with its kind.
    pub fn metas(&self) -> impl Iterator<Item = (&str, &ObjectMeta)> {
        let connections = self.vault_connections.iter().map(|it| ("VaultConnection", &it.meta));
        let auths = self.vault_auths.iter().map(|it| ("VaultAuth", &it.meta));
        let globals = self.vault_auth_globals.iter().map(|it| ("VaultAuthGlobal", &it.meta));
        let secrets = self.vault_secrets.iter().map(|it| (it.kind.as_str(), &it.meta));
        let classes = self.provider_classes.iter().map(|it| ("SecretProviderClass", &it.meta));
        let stores = self.secret_stores.iter().map(|it| (it.kind_word(), &it.meta));
        let external = self.external_secrets.iter().map(|it| ("ExternalSecret", &it.meta));
        connections.chain(auths).chain(globals).chain(secrets).chain(classes).chain(stores).chain(external)
    }

    /// Takes over what another file holds.
    pub fn extend(&mut self, other: Consumers) {
        self.agents.extend(other.agents);
        self.vault_connections.extend(other.vault_connections);
        self.vault_auths.extend(other.vault_auths);
        self.vault_auth_globals.extend(other.vault_auth_globals);
        self.vault_secrets.extend(other.vault_secrets);
        self.provider_classes.extend(other.provider_classes);
        self.secret_stores.extend(other.secret_stores);
        self.external_secrets.extend(other.external_secrets);
        self.unfollowed.extend(other.unfollowed);
    }
}
