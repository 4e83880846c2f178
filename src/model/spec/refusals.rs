//! What a server answers with an error when it is written: reported before anything is sent.
//!
//! What it takes although it is bad is left to rules. Sources: `path_role.go` and `path_config.go` of the Kubernetes auth
//! and secrets plugins, `sdk/helper/tokenutil`, `mount.go`.

use super::names::{SERVICE_ACCOUNT, is_address_block};
use crate::model::Malformed;
use crate::model::vault::duration::Seconds;
use crate::model::vault::field::{Field, FieldValue, Fields};
use crate::model::vault::mount::Engine;
use crate::syntax::{Span, Spanned};

/// A path that `sys/mounts/PATH` does not take.
pub fn mount_path(path: &Spanned<String>, faults: &mut Vec<Malformed>) {
    let first = path.value.split('/').next().unwrap_or_default();
    if ["auth", "cubbyhole", "identity", "sys"].contains(&first) {
        let message = format!("nothing can be mounted at `{}`: `{first}/` belongs to the server", path.value);
        faults.push(Malformed::new(path.span, message));
    }
}

/// A path that `sys/auth/PATH` does not take, or that doubles the prefix.
pub fn auth_path(path: &Spanned<String>, faults: &mut Vec<Malformed>) {
    if let Some(rest) = path.value.strip_prefix("auth/") {
        let message = format!("the auth mount `{}` would be served at `auth/{}`", path.value, path.value);
        faults.push(
            Malformed::new(path.span, message)
                .with_help(format!("write `{rest}`: auth paths stand here without `auth/`")),
        );
    } else if path.value == "token" {
        faults.push(Malformed::new(path.span, "nothing can be mounted at `token`: it belongs to the server"));
    }
}

/// Settings of a secrets mount.
pub fn mount(
    settings: &Fields,
    engine: &Engine,
    version: Option<&Spanned<String>>,
    faults: &mut Vec<Malformed>,
) {
    lease_ttls(settings, faults);
    if let (Engine::Kv(None), Some(version)) = (engine, version) {
        let message = format!("`{version}` is no version of the key-value engine");
        faults.push(Malformed::new(version.span, message).with_help("write \"1\" or \"2\""));
    }
}

/// `default_lease_ttl` above `max_lease_ttl`.
pub fn lease_ttls(settings: &Fields, faults: &mut Vec<Malformed>) {
    longer(settings, "default_lease_ttl", "max_lease_ttl", faults);
}

/// `auth/PATH/config`.
pub fn auth_config(fields: &Fields, faults: &mut Vec<Malformed>) {
    if let Some(host) = fields.text("kubernetes_host").filter(|host| host.value.trim().is_empty()) {
        faults.push(Malformed::new(host.span, "`kubernetes_host` is empty: `no host provided`"));
    }
    let ca = fields.text("kubernetes_ca_cert").filter(|ca| !ca.value.is_empty());
    if let Some(ca) = ca.filter(|ca| !ca.value.contains("-----BEGIN")) {
        let message = "`kubernetes_ca_cert` holds no certificate: it must be the PEM text itself";
        faults.push(Malformed::new(ca.span, message));
    }
}

/// `auth/PATH/role/NAME`; `name` is where the role's name stands.
pub fn auth_role(fields: &Fields, name: Span, faults: &mut Vec<Malformed>) {
    if let Some(field) = fields.get("bound_service_account_names").filter(|field| is_empty(field)) {
        faults.push(Malformed::new(field.span, "`bound_service_account_names` cannot be empty"));
    }
    let selector = fields.get("bound_service_account_namespace_selector");
    let misspelled = fields.unknown.iter().any(|field| field.key.value.contains("namespace"));
    let namespaces = fields.get("bound_service_account_namespaces");
    if namespaces.is_none_or(is_empty) && selector.is_none_or(is_empty) && !misspelled {
        let message = "`bound_service_account_namespaces` cannot be empty without `bound_service_account_namespace_selector`";
        faults.push(Malformed::new(namespaces.map_or(name, |field| field.span), message));
    }
    tokens(fields, faults);
}

/// The `token_…` fields of an auth role or a grant.
pub fn tokens(fields: &Fields, faults: &mut Vec<Malformed>) {
    for block in fields.list("token_bound_cidrs").iter().filter(|block| !is_address_block(&block.value)) {
        faults.push(Malformed::new(block.span, format!("`{block}` is no IP address and no CIDR block")));
    }
    if let (Some(strict), Some(blocks)) = (
        fields.bool("token_strictly_bind_ip").filter(|strict| strict.value),
        fields.get("token_bound_cidrs").filter(|field| !is_empty(field)),
    ) {
        let message = "`token_strictly_bind_ip` and `token_bound_cidrs` exclude each other";
        faults.push(Malformed::new(strict.span, message).with_label(blocks.span, "the other one"));
    }
}

/// `PATH/roles/NAME` of a Kubernetes secrets engine; `name` is where the role's name stands.
pub fn secrets_role(fields: &Fields, name: Span, faults: &mut Vec<Malformed>) {
    let modes = ["service_account_name", "kubernetes_role_name", "generated_role_rules"];
    let is_written = modes.iter().any(|mode| fields.get(mode).is_some_and(|field| !is_empty(field)));
    let unknown = |part: &str| fields.unknown.iter().any(|field| field.key.value.contains(part));
    if !is_written && !unknown("service_account") && !unknown("role") {
        let message = "the server wants exactly one of `service_account_name`, `kubernetes_role_name` and `generated_role_rules`";
        faults.push(Malformed::new(name, message));
    }
    let namespaces = fields.get("allowed_kubernetes_namespaces");
    let selector = fields.get("allowed_kubernetes_namespace_selector");
    if namespaces.is_none_or(is_empty) && selector.is_none_or(is_empty) && !unknown("namespace") {
        let message =
            "the server wants `allowed_kubernetes_namespaces` or `allowed_kubernetes_namespace_selector`";
        faults.push(Malformed::new(namespaces.map_or(name, |field| field.span), message));
    }
    if let Some(account) = fields.text("service_account_name").filter(|name| !name.value.is_empty())
        && !SERVICE_ACCOUNT.admits(account.value)
    {
        let message =
            format!("`{}` names no service account: it must be {}", account.value, SERVICE_ACCOUNT.says);
        faults.push(Malformed::new(account.span, message));
    }
    if let Some(kind) = fields.text("kubernetes_role_type").filter(|kind| !kind.value.is_empty())
        && !["role", "clusterrole"].contains(&kind.value.to_lowercase().as_str())
    {
        let message = format!("`kubernetes_role_type` must be `Role` or `ClusterRole`, not `{}`", kind.value);
        faults.push(Malformed::new(kind.span, message));
    }
}

fn longer(fields: &Fields, short: &str, long: &str, faults: &mut Vec<Malformed>) {
    if let (Some(ttl), Some(max)) = (fields.duration(short), set(fields, long))
        && ttl.value > max.value
    {
        let message = format!("`{short}` cannot be greater than `{long}`");
        faults.push(Malformed::new(ttl.span, message).with_label(max.span, "the limit"));
    }
}

/// A duration that was given and is not zero, which stands for no limit.
fn set(fields: &Fields, name: &str) -> Option<Spanned<Seconds>> {
    fields.duration(name).filter(|duration| duration.value.0 > 0)
}

/// True for a value that says as much as no value.
fn is_empty(field: &Field) -> bool {
    match &field.value {
        FieldValue::Text(text) => text.is_empty(),
        FieldValue::List(items) => items.is_empty(),
        FieldValue::Map(pairs) => pairs.is_empty(),
        _ => false,
    }
}
