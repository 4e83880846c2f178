//! `vault:` of a spec to mounts, auth mounts and engines with their roles.

use super::{entries_of, mount_path, refusals, text_of};
use crate::model::lower::Lowered;
use crate::model::vault::auth_role::{AUTH_CONFIG, AUTH_MOUNT, AUTH_ROLE, AuthMount, AuthRole, Reviewer};
use crate::model::vault::field::{FieldSpec, FieldValue, Fields};
use crate::model::vault::mount::{Confidence, Engine, MOUNT, Mount};
use crate::model::vault::secrets_role::{KubernetesEngine, SECRETS_CONFIG, SECRETS_ROLE, SecretsRole};
use crate::syntax::Spanned;
use crate::syntax::tree::{Entry, Node};

/// Lowers everything under `vault` but the policies.
pub fn lower(vault: &Node, out: &mut Lowered) {
    for entry in entries_of(vault, "mounts") {
        mount(entry, out);
    }
    for entry in entries_of(vault, "auth") {
        auth_mount(entry, out);
    }
    for entry in entries_of(vault, "secrets_engines") {
        engine(entry, out);
    }
}

fn mount(entry: &Entry, out: &mut Lowered) {
    let path = mount_path(&entry.key);
    refusals::mount_path(&path, &mut out.malformed);
    let settings = known(&entry.value, &MOUNT);
    let Some(kind) = text_of(&entry.value, "type") else { return };
    let version = option(&settings, "version");
    let engine = Engine::of_type(&kind.value, version.map(Spanned::as_str));
    refusals::mount(&settings, &engine, version, &mut out.malformed);
    out.mounts.push(Mount {
        path: path.value,
        engine,
        confidence: Confidence::Declared,
        evidence: entry.key.span,
        scope: String::new(),
        settings: Some(settings),
    });
}

fn auth_mount(entry: &Entry, out: &mut Lowered) {
    let path = mount_path(&entry.key);
    refusals::auth_path(&path, &mut out.malformed);
    let settings = known(&entry.value, &AUTH_MOUNT);
    refusals::lease_ttls(&settings, &mut out.malformed);
    let method = text_of(&entry.value, "type").unwrap_or(Spanned::new("kubernetes".to_owned(), path.span));
    let config = entry.value.get("config").filter(|node| node.is_map());
    let fields = config.map(|node| {
        let endpoint = node.entries().iter().filter(|entry| entry.key.value != "reviewer");
        Fields::read(endpoint, &AUTH_CONFIG)
    });
    let reviewer = config.and_then(|node| node.get("reviewer")).and_then(reviewer);
    if let Some(fields) = &fields {
        refusals::auth_config(fields, &mut out.malformed);
    }
    for role in entries_of(&entry.value, "roles") {
        let fields = Fields::read(role.value.entries(), &AUTH_ROLE);
        refusals::auth_role(&fields, role.key.span, &mut out.malformed);
        out.auth_roles.push(AuthRole {
            name: role.key.clone(),
            mount: path.value.clone(),
            span: role.span(),
            from_grant: false,
            fields,
        });
    }
    out.auth_mounts.push(AuthMount {
        path,
        method,
        span: entry.span(),
        settings,
        config: fields,
        config_span: config.map(|node| node.span),
        reviewer,
    });
}

fn reviewer(node: &Node) -> Option<Reviewer> {
    Some(Reviewer {
        service_account: text_of(node, "service_account")?,
        namespace: text_of(node, "namespace")?,
        span: node.span,
    })
}

fn engine(entry: &Entry, out: &mut Lowered) {
    let path = mount_path(&entry.key);
    refusals::mount_path(&path, &mut out.malformed);
    let settings = known(&entry.value, &MOUNT);
    refusals::lease_ttls(&settings, &mut out.malformed);
    let kubernetes = text_of(&entry.value, "type").is_none_or(|kind| kind.value == "kubernetes");
    if !kubernetes {
        return;
    }
    let config = entry.value.get("config").filter(|node| node.is_map());
    for role in entries_of(&entry.value, "roles") {
        let fields = Fields::read(role.value.entries(), &SECRETS_ROLE);
        refusals::secrets_role(&fields, role.key.span, &mut out.malformed);
        out.secrets_roles.push(SecretsRole {
            name: role.key.clone(),
            mount: path.value.clone(),
            span: role.span(),
            fields,
        });
    }
    out.mounts.push(Mount {
        path: path.value.clone(),
        engine: Engine::Kubernetes,
        confidence: Confidence::Declared,
        evidence: entry.key.span,
        scope: String::new(),
        settings: None,
    });
    out.engines.push(KubernetesEngine {
        path,
        span: entry.span(),
        settings,
        config: config.map(|node| Fields::read(node.entries(), &SECRETS_CONFIG)),
        config_span: config.map(|node| node.span),
    });
}

/// The fields of a table, where keys that are none of them are keys of the spec or already reported.
fn known(node: &Node, table: &'static [FieldSpec]) -> Fields {
    Fields { unknown: Vec::new(), ..Fields::read(node.entries(), table) }
}

fn option<'a>(settings: &'a Fields, name: &str) -> Option<&'a Spanned<String>> {
    match settings.get("options").map(|field| &field.value) {
        Some(FieldValue::Map(pairs)) => {
            pairs.iter().find(|(key, _)| key.value == name).map(|(_, value)| value)
        }
        _ => None,
    }
}
