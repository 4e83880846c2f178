//! Objects of External Secrets.

use super::fields::Fields;
use crate::model::kube::consumer::Consumers;
use crate::model::kube::consumer::external_secrets::{
    ExternalSecret, RemoteRef, SecretStore, StoreLogin, StoreRef, StoreServiceAccount,
};
use crate::model::kube::consumer::unfollowed::{Controller, Unfollowed};
use crate::syntax::Spanned;
use crate::syntax::tree::Node;

/// Lowers a store; false if its provider is not Vault.
pub(super) fn store(fields: &mut Fields<'_, '_>, cluster_wide: bool, out: &mut Consumers) -> bool {
    let provider = fields.get("spec").and_then(|spec| spec.get("provider"));
    let Some(vault) = provider.and_then(|provider| provider.get("vault")).filter(|vault| vault.is_map())
    else {
        return false;
    };
    let meta = fields.meta();
    let mut vault = fields.within(vault, "vault");
    let mut store = SecretStore {
        cluster_wide,
        meta,
        path: vault.text("path"),
        version: vault.text("version"),
        vault_namespace: vault.text("namespace"),
        kubernetes: None,
        other_auth: None,
    };
    if let Some(auth) = vault.map("auth") {
        store.other_auth =
            auth.entries().iter().find(|entry| entry.key.value != "namespace").map(|entry| entry.key.clone());
        let mut auth = vault.within(auth, "auth");
        if let Some(node) = auth.map("kubernetes") {
            store.kubernetes = Some(login(&mut auth.within(node, "kubernetes")));
            store.other_auth = None;
        }
    }
    out.secret_stores.push(store);
    true
}

fn login(fields: &mut Fields<'_, '_>) -> StoreLogin {
    let service_account = fields.map("serviceAccountRef").map(|node| {
        let mut account = fields.within(node, "serviceAccountRef");
        StoreServiceAccount {
            name: account.text("name"),
            namespace: account.text("namespace"),
            audiences: account.texts("audiences"),
            span: node.span,
        }
    });
    StoreLogin {
        mount: fields.text("mountPath"),
        role: fields.text("role"),
        service_account,
        secret_ref: fields.get("secretRef").map(|node| node.span),
        span: fields.node.span,
    }
}

/// Notes that a reference wants more than the value of a secret.
fn beside(node: &Node, out: &mut Consumers) {
    let fetches = node.get("metadataPolicy").filter(|policy| policy.as_text() == Some("Fetch"));
    let tags = node.get("tags").filter(|tags| !tags.is_null());
    for (word, found) in [("metadataPolicy", fetches), ("tags", tags)] {
        out.unfollowed.extend(found.map(|found| Unfollowed {
            what: Spanned::new(word.to_owned(), found.span),
            controller: Controller::ExternalSecrets,
            role: None,
        }));
    }
}

/// Lowers an ExternalSecret.
pub(super) fn secret(fields: &mut Fields<'_, '_>, out: &mut Consumers) {
    let meta = fields.meta();
    let Some(spec) = fields.map("spec") else { return };
    let mut spec = fields.within(spec, "spec");
    let mut secret = ExternalSecret {
        meta,
        store: store_ref(&mut spec, "secretStoreRef"),
        target: None,
        refs: Vec::new(),
    };
    secret.target = spec.map("target").and_then(|node| spec.within(node, "target").text("name"));
    for node in spec.maps("data") {
        let mut data = spec.within(node, "data");
        let store = source(&mut data);
        if let Some(node) = data.map("remoteRef") {
            beside(node, out);
            secret.refs.push(remote(&mut data, node, false, store));
        }
    }
    for node in spec.maps("dataFrom") {
        let mut from = spec.within(node, "dataFrom");
        let store = source(&mut from);
        for (word, finds) in [("extract", false), ("find", true)] {
            if let Some(node) = from.map(word) {
                beside(node, out);
                secret.refs.push(remote(&mut from, node, finds, store.clone()));
            }
        }
        // The first version had the reference itself here.
        if from.get("key").is_some() {
            let node = from.node;
            secret.refs.push(remote(&mut from, node, false, None));
        }
    }
    out.external_secrets.push(secret);
}

fn source(fields: &mut Fields<'_, '_>) -> Option<StoreRef> {
    let node = fields.map("sourceRef")?;
    store_ref(&mut fields.within(node, "sourceRef"), "storeRef")
}

fn store_ref<'t>(fields: &mut Fields<'t, '_>, name: &'t str) -> Option<StoreRef> {
    let node = fields.map(name)?;
    let mut fields = fields.within(node, name);
    Some(StoreRef { name: fields.text("name")?, kind: fields.text("kind") })
}

fn remote<'t>(
    fields: &mut Fields<'t, '_>,
    node: &'t Node,
    finds: bool,
    store: Option<StoreRef>,
) -> RemoteRef {
    let mut fields = fields.within(node, "remoteRef");
    RemoteRef {
        key: if finds { fields.text("path") } else { fields.text("key") },
        property: fields.text("property"),
        finds,
        store,
        span: node.span,
    }
}
