//! SecretProviderClasses of the Secrets Store CSI driver.

use super::config_map::text_with_place;
use super::fields::Fields;
use crate::model::Malformed;
use crate::model::kube::consumer::Consumers;
use crate::model::kube::consumer::csi::{CsiObject, ProviderClass};
use crate::syntax::tree::{Node, NodeKind};
use crate::syntax::{Span, Spanned, yaml};

/// Lowers one; false if its provider is neither Vault's nor OpenBao's.
pub(super) fn provider_class(fields: &mut Fields<'_, '_>, out: &mut Consumers) -> bool {
    let meta = fields.meta();
    let Some(spec) = fields.map("spec") else { return false };
    let mut spec = fields.within(spec, "spec");
    let provider = spec.text("provider");
    let Some(provider) = provider.filter(|it| matches!(it.as_str(), "vault" | "openbao")) else {
        return false;
    };
    let mut class = ProviderClass {
        meta,
        provider,
        role: None,
        auth_mount: None,
        auth_mount_again: None,
        vault_namespace: None,
        audience: None,
        objects: Vec::new(),
        secret_objects: Vec::new(),
    };
    for node in spec.maps("secretObjects") {
        class.secret_objects.extend(spec.within(node, "secretObjects").text("secretName"));
    }
    let parameters = spec.text_map("parameters");
    let get = |names: [&str; 2]| {
        let mut found =
            parameters.iter().filter(|(key, value)| names.contains(&key.as_str()) && !value.value.is_empty());
        (found.next().map(|(_, value)| value.clone()), found.next().map(|(key, _)| key.span))
    };
    class.role = get(["roleName", "roleName"]).0;
    let own = match class.provider.as_str() {
        "openbao" => ["baoAuthMountPath", "baoKubernetesMountPath"],
        _ => ["vaultAuthMountPath", "vaultKubernetesMountPath"],
    };
    (class.auth_mount, class.auth_mount_again) = get(own);
    class.vault_namespace = get(["vaultNamespace", "baoNamespace"]).0;
    class.audience = get(["audience", "audience"]).0;
    if let Some(node) = spec.get("parameters").and_then(|parameters| parameters.get("objects")) {
        class.objects = objects(&mut spec, node);
    }
    out.provider_classes.push(class);
    true
}

/// `objects` is YAML inside of a text.
fn objects(spec: &mut Fields<'_, '_>, node: &Node) -> Vec<CsiObject> {
    let Some((text, place)) = text_with_place(node) else { return Vec::new() };
    let stream = yaml::parse(text, node.span.source);
    for error in &stream.errors {
        let message = format!("`objects` is no YAML: {}", error.message);
        spec.note(Malformed::new(place.span(error.span.range()), message));
    }
    let Some(document) = stream.documents.into_iter().next() else { return Vec::new() };
    let root = document.root.placed(&place);
    if !matches!(root.kind, NodeKind::List(_) | NodeKind::Null) {
        let message = format!("`objects` takes a list in YAML, not {}", root.kind_name());
        spec.note(Malformed::new(root.span, message));
    }
    let shared: Vec<Span> = stream.shared.iter().map(|shared| place.span(shared.range())).collect();
    root.items().iter().map(|item| object(item, &shared)).collect()
}

/// One of the objects; a text that an alias repeats, a place in `shared`, stands for the whole object.
fn object(item: &Node, shared: &[Span]) -> CsiObject {
    let is_shared = |text: &Spanned<String>| shared.iter().any(|shared| shared.contains(text.span));
    let text = |key: &str| {
        let text = item.get(key).and_then(Node::to_spanned)?;
        Some(if is_shared(&text) { Spanned::new(text.value, item.span) } else { text })
    };
    let arguments = item.get("secretArgs").map(Node::entries).unwrap_or_default();
    CsiObject {
        name: text("objectName"),
        path: text("secretPath"),
        key: text("secretKey"),
        method: text("method"),
        arguments: arguments.iter().map(|entry| entry.key.clone()).collect(),
        span: item.span,
    }
}
