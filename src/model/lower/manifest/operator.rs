//! Objects of the Vault Secrets Operator.

use serde_json::Value;

use super::fields::Fields;
use crate::model::kube::ObjectMeta;
use crate::model::kube::consumer::Consumers;
use crate::model::kube::consumer::operator::{
    GlobalRef, OperatorLogin, OperatorRequest, VaultAuth, VaultAuthGlobal, VaultConnection, VaultSecret,
};
use crate::model::kube::consumer::unfollowed::{Controller, Unfollowed};
use crate::syntax::Spanned;

/// The kinds that are read.
pub(super) const KINDS: [&str; 6] = [
    "VaultConnection",
    "VaultAuth",
    "VaultAuthGlobal",
    "VaultStaticSecret",
    "VaultDynamicSecret",
    "VaultPKISecret",
];

/// Lowers an object of one of the [`KINDS`]; false if it has no `spec`, as in assertions of test tools.
pub(super) fn object(fields: &mut Fields<'_, '_>, kind: &Spanned<String>, out: &mut Consumers) -> bool {
    let meta = fields.meta();
    let Some(spec) = fields.map("spec") else { return false };
    let updates = spec.get("syncConfig").and_then(|sync| sync.get("instantUpdates"));
    for (word, found) in [
        ("storageEncryption", spec.get("storageEncryption")),
        ("revoke", spec.get("revoke")),
        ("instantUpdates", updates),
    ] {
        let found = found.filter(|node| !matches!(node.to_json(), Value::Null | Value::Bool(false)));
        out.unfollowed.extend(found.map(|found| Unfollowed {
            what: Spanned::new(word.to_owned(), found.span),
            controller: Controller::VaultSecretsOperator,
            role: None,
        }));
    }
    let mut spec = fields.within(spec, "spec");
    match kind.as_str() {
        "VaultConnection" => {
            let address = spec.text("address");
            out.vault_connections.push(VaultConnection { meta, address });
        }
        "VaultAuth" => out.vault_auths.push(auth(&mut spec, meta)),
        "VaultAuthGlobal" => out.vault_auth_globals.push(global(&mut spec, meta)),
        _ => out.vault_secrets.push(secret(&mut spec, kind, meta)),
    }
    true
}

fn auth(spec: &mut Fields<'_, '_>, meta: ObjectMeta) -> VaultAuth {
    let global_ref = spec.map("vaultAuthGlobalRef").map(|node| {
        let mut fields = spec.within(node, "vaultAuthGlobalRef");
        GlobalRef { name: fields.text("name"), namespace: fields.text("namespace"), span: node.span }
    });
    VaultAuth {
        meta,
        connection_ref: spec.text("vaultConnectionRef"),
        method: spec.text("method"),
        mount: spec.text("mount"),
        vault_namespace: spec.text("namespace"),
        allowed_namespaces: spec.texts("allowedNamespaces"),
        kubernetes: login(spec),
        global_ref,
    }
}

fn global(spec: &mut Fields<'_, '_>, meta: ObjectMeta) -> VaultAuthGlobal {
    let (mut mount, mut vault_namespace) = (None, None);
    if let Some(node) = spec.map("kubernetes") {
        let mut fields = spec.within(node, "kubernetes");
        mount = fields.text("mount");
        vault_namespace = fields.text("namespace");
    }
    VaultAuthGlobal {
        meta,
        default_method: spec.text("defaultAuthMethod"),
        default_mount: spec.text("defaultMount"),
        default_vault_namespace: spec.text("defaultVaultNamespace"),
        allowed_namespaces: spec.texts("allowedNamespaces"),
        kubernetes: login(spec),
        mount,
        vault_namespace,
    }
}

fn login(spec: &mut Fields<'_, '_>) -> Option<OperatorLogin> {
    let node = spec.map("kubernetes")?;
    let mut fields = spec.within(node, "kubernetes");
    Some(OperatorLogin {
        role: fields.text("role"),
        service_account: fields.text("serviceAccount"),
        audiences: fields.texts("audiences"),
        expiration: fields.integer("tokenExpirationSeconds"),
        span: node.span,
    })
}

fn secret(spec: &mut Fields<'_, '_>, kind: &Spanned<String>, meta: ObjectMeta) -> VaultSecret {
    let destination = spec.map("destination").and_then(|node| spec.within(node, "destination").text("name"));
    let request = match kind.as_str() {
        "VaultStaticSecret" => {
            OperatorRequest::Static { path: spec.text("path"), version: spec.text("type") }
        }
        "VaultDynamicSecret" => OperatorRequest::Dynamic {
            path: spec.text("path"),
            parameters: spec.text_map("params").into_iter().map(|(key, _)| key).collect(),
            method: spec.text("requestHTTPMethod"),
        },
        _ => OperatorRequest::Pki { role: spec.text("role"), issuer: spec.text("issuerRef") },
    };
    VaultSecret {
        kind: kind.clone(),
        meta,
        auth_ref: spec.text("vaultAuthRef"),
        mount: spec.text("mount"),
        vault_namespace: spec.text("namespace"),
        destination,
        request,
    }
}
